// The activation functions, by code: 0 none, 1 gelu_new, 2 gelu, 3 silu, 4 relu, 5 quick_gelu, 6
// tanh.
//
//   gelu_new    0.5 x (1 + tanh(u)), u = sqrt(2/pi) (x + 0.044715 x^3)
//   gelu        x Phi(x), Phi the normal distribution function, 0.5 (1 + erf(x / sqrt(2)))
//   silu        x sigmoid(x)
//   relu        max(x, 0)
//   quick_gelu  x sigmoid(1.702 x)
//   tanh        as in lib/soft_cap.wgsl
// Uses lib/finite.wgsl, lib/soft_cap.wgsl.
// Numerics: finite for every finite x. NaN and infinity are returned unchanged, since a clamp may
// lose them. tanh is written as a sigmoid, which avoids cancellation for negative x. x is clamped
// where the function equals x or 0 to the last digit, so that nothing overflows.
// For gelu, Phi(-z) = exp(-z^2/2) r(z), z >= 0, with Mills' ratio r as a quotient of polynomials,
// fitted to a relative error below 4e-9 on [0, 12]; all coefficients are positive, so nothing
// cancels. In f32 Phi is accurate to 1.4e-7 and, for negative x, to a relative 2e-6.

// x sigmoid(slope x)
fn swish(x: f32, slope: f32) -> f32 {
  let t = clamp(x, -80.0, 80.0);
  return max(x, -80.0) / (1.0 + exp(clamp(-slope * t, -80.0, 80.0)));
}

fn gelu_new(x: f32) -> f32 {
  let t = clamp(x, -20.0, 20.0);
  let u = 0.7978845608028654 * (t + 0.044715 * t * t * t);
  return max(x, -20.0) / (1.0 + exp(clamp(-2.0 * u, -80.0, 80.0)));
}

fn gelu(x: f32) -> f32 {
  let z = min(abs(x), 12.0);
  let upper = 0.5 + z * (0.432412153 + z * (0.178904255 + z * (0.0391800963 + z * 0.00390221992)));
  let lower = 1.0
    + z * (1.66270916 + z * (1.18445506 + z * (0.458041299 + z * (0.0982186257 + z * 0.00978123727))));
  let tail = exp(-0.5 * z * z) * upper / lower;
  return max(x, -12.0) * select(1.0 - tail, tail, x < 0.0);
}

fn activate(x: f32, act: u32) -> f32 {
  if (!is_finite(x)) {
    return x;
  }
  switch act {
    case 1u: {
      return gelu_new(x);
    }
    case 2u: {
      return gelu(x);
    }
    case 3u: {
      return swish(x, 1.0);
    }
    case 4u: {
      return max(x, 0.0);
    }
    case 5u: {
      return swish(x, 1.702);
    }
    case 6u: {
      return soft_cap(x, 1.0);
    }
    default: {
      return x;
    }
  }
}
