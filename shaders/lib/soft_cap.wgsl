// cap * tanh(v / cap).
//
// Uses lib/finite.wgsl.
// Numerics: below 0.625 tanh is a rational function (the continued fraction u / (1 + u^2 / (3 + u^2
// / (5 + ...))) truncated after 9: relative error 8e-10), otherwise exp of a clamped argument:
// WGSL's own tanh may overflow. NaN and infinity are returned unchanged, since a clamp may lose
// them.

fn soft_cap(v: f32, cap: f32) -> f32 {
  if (!is_finite(v)) {
    return v;
  }
  let u = v / cap;
  let t = clamp(u, -0.625, 0.625);
  let s = t * t;
  let small = t * (945.0 + s * (105.0 + s)) / (945.0 + s * (420.0 + s * 15.0));
  let size = clamp(abs(u), 0.625, 20.0);
  let large = sign(u) * (1.0 - 2.0 / (1.0 + exp(2.0 * size)));
  return cap * select(large, small, abs(u) < 0.625);
}
