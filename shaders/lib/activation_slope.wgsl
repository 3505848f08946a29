// Derivatives of the activation functions of lib/activation.wgsl, by the same codes; 1 for code 0.
//
//   gelu_new    s + x s (1 - s) 2 u', s = sigmoid(2 u), u' = sqrt(2/pi) (1 + 3 * 0.044715 x^2)
//   gelu        Phi(x) + x phi(x)
//   silu        s + x s (1 - s), s = sigmoid(x); quick_gelu: s + 1.702 x s (1 - s), s = sigmoid(1.702 x)
//   relu        1 if x > 0, else 0
//   tanh        1 - tanh(x)^2
// Uses lib/finite.wgsl, lib/soft_cap.wgsl.
// Numerics: x is clamped where the derivative equals 0 or 1 to the last digit. NaN and infinity are
// returned unchanged. Phi as in lib/activation.wgsl.

fn swish_slope(x: f32, slope: f32) -> f32 {
  let t = clamp(slope * x, -60.0, 60.0);
  let s = 1.0 / (1.0 + exp(-t));
  let rest = 1.0 / (1.0 + exp(t));
  return s + t * s * rest;
}

fn gelu_new_slope(x: f32) -> f32 {
  let t = clamp(x, -8.0, 8.0);
  let u = 0.7978845608028654 * (t + 0.044715 * t * t * t);
  let rise = 0.7978845608028654 * (1.0 + 0.134145 * t * t);
  let e = clamp(2.0 * u, -60.0, 60.0);
  let s = 1.0 / (1.0 + exp(-e));
  let rest = 1.0 / (1.0 + exp(e));
  return s + 2.0 * t * s * rest * rise;
}

fn gelu_slope(x: f32) -> f32 {
  let z = min(abs(x), 12.0);
  let upper = 0.5 + z * (0.432412153 + z * (0.178904255 + z * (0.0391800963 + z * 0.00390221992)));
  let lower = 1.0
    + z * (1.66270916 + z * (1.18445506 + z * (0.458041299 + z * (0.0982186257 + z * 0.00978123727))));
  let bell = exp(-0.5 * z * z);
  let tail = bell * upper / lower;
  let below = select(1.0 - tail, tail, x < 0.0);
  return below + sign(x) * z * 0.3989422804014327 * bell;
}

fn slope_of(x: f32, act: u32) -> f32 {
  if (!is_finite(x)) {
    return x;
  }
  switch act {
    case 1u: {
      return gelu_new_slope(x);
    }
    case 2u: {
      return gelu_slope(x);
    }
    case 3u: {
      return swish_slope(x, 1.0);
    }
    case 4u: {
      return select(0.0, 1.0, x > 0.0);
    }
    case 5u: {
      return swish_slope(x, 1.702);
    }
    case 6u: {
      let t = soft_cap(x, 1.0);
      return (1.0 - t) * (1.0 + t);
    }
    default: {
      return 1.0;
    }
  }
}
