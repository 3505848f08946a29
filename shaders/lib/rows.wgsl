// Locates rows. A sequence's word pair: index of its member's first key, and its sample. A key's
// word pair: the row of the member's first sample at a position, with the top bit set if it is in
// the base's buffer, and the step from sample to sample. Reads the kernel's sequences and keys.

fn row_of(sequence: u32, position: u32) -> u32 {
  let key = 2u * (sequences[2u * sequence] + position);
  return keys[key] + sequences[2u * sequence + 1u] * keys[key + 1u];
}
