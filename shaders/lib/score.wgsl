// One attention score: scale * q.k, then softcap * tanh(. / softcap) if softcap > 0.
//
// `q` is the offset in qkv of the query head's first column; `location` is a row as found by
// lib/rows.wgsl; `h` is the query head, whose keys are those of head floor(h G / H). Reads the
// kernel's qkv, kvBase and params (H, G, K, scale, softcap).
// Numerics: columns added in order. See soft_cap.wgsl.

fn score(q: u32, location: u32, h: u32) -> f32 {
  let stride = (params.H + 2u * params.G) * params.K;
  let g = h * params.G / params.H;
  let k = stride * (location & 0x7fffffffu) + (params.H + g) * params.K;
  var sum = 0.0;
  if (location >= 0x80000000u) {
    for (var c = 0u; c < params.K; c++) {
      sum += qkv[q + c] * kvBase[k + c];
    }
  } else {
    for (var c = 0u; c < params.K; c++) {
      sum += qkv[q + c] * qkv[k + c];
    }
  }
  let value = params.scale * sum;
  if (params.softcap > 0.0) {
    return soft_cap(value, params.softcap);
  }
  return value;
}
