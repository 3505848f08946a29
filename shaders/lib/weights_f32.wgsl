// Weights stored as f32. weights_f16.wgsl has the same names for packed halves; a kernel that reads
// weights is compiled once with each of the two.
//
// By fours: w: array<Weight4>, elements 4i .. 4i+3 are unpack4(w[i]).
// One by one: w: array<WeightWord>, element i is unpack(w[i / WEIGHTS_PER_WORD], i).
// Numerics: exact.

alias Weight4 = vec4f;
alias WeightWord = f32;
const WEIGHTS_PER_WORD = 1u;

fn unpack4(word: Weight4) -> vec4f {
  return word;
}

fn unpack(word: WeightWord, i: u32) -> f32 {
  return word;
}
