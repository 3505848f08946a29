// Whether x is finite, and whether it is NaN, read off its bits: a compiler may take every float for finite and leave out
// a comparison that would tell. What is not finite stays so through every kernel, up to the reader of the result.

fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}
