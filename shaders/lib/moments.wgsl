// Shared by the norms: mean and mean square of a row of the kernel's x, params.width columns from
// `start` on, by a team of 16 threads (`team`). Uses the kernel's x and params (width, center).
//
// Numerics: two passes. The first mean has the rounding of a sum; the mean of the remainder
// corrects it, so that a row of equal numbers centres to exactly 0. Partial sums per thread are
// added in a fixed order.

// Mean, and mean square after subtracting it; with center 0 the mean is 0. `sum` is over the
// thread's own columns; `columns` is the width, or 0 past the end, where a thread only takes part
// in the barriers.
fn moments(sum: f32, start: u32, columns: u32, lane: u32) -> vec2f {
  let width = f32(params.width);
  var mean = 0.0;
  if (params.center == 1u) {
    mean = total(vec2f(sum, 0.0), lane).x / width;
  }
  var part = vec2f(0.0);
  for (var c = lane % 16u; c < columns; c += 16u) {
    let centred = x[start + c] - mean;
    part += vec2f(centred, centred * centred);
  }
  let rest = total(part, lane) / width;
  if (params.center == 0u) {
    return vec2f(0.0, rest.y);
  }
  let square = rest.y - rest.x * rest.x;
  return vec2f(mean + rest.x, select(square, 0.0, square < 0.0));
}

// A norm's output before its weights. A scale beyond the largest float must not give 0.
fn normalized(value: f32, mean: f32, scale: f32) -> f32 {
  return select(scale, (value - mean) / scale, is_finite(scale));
}
