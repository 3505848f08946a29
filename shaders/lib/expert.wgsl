// The expert named by a number in hook_expert_indices, which is an integer unless an edit wrote it:
// the nearest of 0 .. count-1, and 0 for NaN and infinity.
// Uses lib/finite.wgsl.

fn expert_at(index: f32, count: u32) -> u32 {
  if (!is_finite(index)) {
    return 0u;
  }
  return u32(clamp(floor(index + 0.5), 0.0, f32(count - 1u)));
}
