// Weights stored as packed halves: two per u32, the low half first; element i of the tensor is half
// i.
//
// By fours: w: array<Weight4>, elements 4i .. 4i+3 are unpack4(w[i]).
// One by one: w: array<WeightWord>, element i is unpack(w[i / WEIGHTS_PER_WORD], i).
// Numerics: every half is an f32, so reading is exact; WGSL allows an adapter to read subnormal
// halves (below 2^-14) as 0.

alias Weight4 = vec2u;
alias WeightWord = u32;
const WEIGHTS_PER_WORD = 2u;

fn unpack4(word: Weight4) -> vec4f {
  return vec4f(unpack2x16float(word.x), unpack2x16float(word.y));
}

fn unpack(word: WeightWord, i: u32) -> f32 {
  let pair = unpack2x16float(word);
  return select(pair.x, pair.y, (i & 1u) == 1u);
}
