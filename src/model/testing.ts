/** Model specs for tests. */
import { layerNorm, plainAttention, usual } from './families/config';
import type { ModelSpec } from './spec';

/** GPT-2's choices at small sizes; attention and embedding follow the overridden sizes. */
export function gpt2Spec(overrides: Partial<ModelSpec> = {}): ModelSpec {
  const sizes = { nLayers: 2, nHeads: 3, dModel: 12, dMlp: 48, nCtx: 16, dVocab: 50, ...overrides };
  const dHead = overrides.dHead ?? sizes.dModel / sizes.nHeads;
  return {
    ...usual,
    family: 'gpt2',
    nKvHeads: sizes.nHeads,
    dHead,
    nEmbeddings: sizes.dVocab,
    positions: { kind: 'learned', offset: 0, padding: null },
    norm: layerNorm(1e-5),
    attention: plainAttention(sizes.nLayers, dHead),
    mlp: { act: 'gelu_new', gated: false },
    bias: { qkv: true, o: true, mlp: true, unembed: false },
    tied: true,
    orientation: 'in-out',
    ...sizes,
  };
}
