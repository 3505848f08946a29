// Tests for finite numbers and NaN by their bits: a compiler may assume that every float is finite
// and remove a comparison. Every kernel keeps NaN and infinity, so that the reader of the result
// sees them.

fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}
