/**
 * A model of any size on a GPU stub: only its config, no weights. The engine does everything as in
 * the product; the cost is the host's work.
 */
import { createStubGpu, type StubGpu, type StubOptions } from '../../gpu/testing/stubDevice';
import type { Checkpoint } from '../../load/open';
import { familyOf } from '../../model/families';
import { slotsOf } from '../../model/families/slots';
import type { ModelSpec } from '../../model/spec';
import type { WeightFormat } from '../../weights/chunks';
import type { Backend } from '../backend';
import { GpuBackend } from '../backends';
import { FiniteBackend } from '../finite';
import type { RunningModel } from '../running';

const gpt2 = (n_layer: number, n_head: number, n_embd: number, vocab_size = 50257) => ({
  model_type: 'gpt2',
  n_layer,
  n_head,
  n_embd,
  n_positions: 1024,
  vocab_size,
});

/** config.json, by name. */
const CONFIGS = {
  'gpt2-small': gpt2(12, 12, 768),
  'gpt2-xl': gpt2(48, 25, 1600),
  'llama-3.2-1b': {
    model_type: 'llama',
    hidden_size: 2048,
    intermediate_size: 8192,
    num_hidden_layers: 16,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: 64,
    vocab_size: 128256,
    max_position_embeddings: 131072,
    rms_norm_eps: 1e-5,
    rope_theta: 500000,
    rope_scaling: {
      rope_type: 'llama3',
      factor: 32,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    },
    tie_word_embeddings: true,
  },
  /** Narrow and deep, so that planning dominates. */
  'narrow-6': gpt2(6, 4, 64, 1664),
  'narrow-12': gpt2(12, 4, 64, 1664),
  'narrow-24': gpt2(24, 4, 64, 1664),
  'narrow-48': gpt2(48, 4, 64, 1664),
};

export type StubModelName = keyof typeof CONFIGS;

export interface StubModelOptions {
  readonly format?: WeightFormat;
  /** Per submit. */
  readonly budgetFlops?: number;
  readonly limits?: StubOptions['limits'];
}

export interface StubModel {
  readonly spec: ModelSpec;
  readonly backend: Backend;
  readonly running: RunningModel;
  readonly stub: StubGpu;
}

/** Target duration of a submit. */
const SUBMIT_SECONDS = 0.1;

/** Starts the counters after opening. */
export async function openStubModel(
  name: StubModelName,
  { format = 'f32', budgetFlops = 1e12, limits = {} }: StubModelOptions = {},
): Promise<StubModel> {
  const stub = createStubGpu({ limits, fill: plausible });
  const checkpoint = checkpointOf(CONFIGS[name]);
  const { spec } = checkpoint;
  const inner = await GpuBackend.open({ gpu: stub.gpu, format, budgetFlops }, checkpoint);
  const backend = new FiniteBackend(inner, spec);
  beAsFastAs(backend, budgetFlops / SUBMIT_SECONDS);
  stub.reset();
  return { spec, backend, running: runningModel(name, spec, backend), stub };
}

/** A stub has no speed of its own; without this, chunk sizes would depend on the host's. */
function beAsFastAs(backend: Backend, flopsPerSecond: number): void {
  const estimate = backend.estimate.bind(backend);
  backend.estimate = async (...asked) => {
    const cost = await estimate(...asked);
    return { ...cost, seconds: cost.flops / flopsPerSecond };
  };
}

/** The parts of a checkpoint that a backend reads; no weight is ever written. */
function checkpointOf(config: unknown): Checkpoint {
  const family = familyOf(config);
  const spec = family.parseConfig(config);
  const weights = {
    slots: slotsOf(spec, family.modules),
    stream: async () => ({ sha256: '0'.repeat(64), notFinite: [] }),
  };
  return { spec, weights } as unknown as Checkpoint;
}

/** A model in the form that experiments run, without notes. */
export function runningModel(id: string, spec: ModelSpec, backend: Backend): RunningModel {
  const { format: weights, sha256 } = backend.weights;
  const { adapter } = backend.environment();
  return {
    spec,
    backend,
    execution: 'wavefront',
    weight: () => Promise.reject(new Error('internal: a stub model has no weights.')),
    context: () => ({
      model: { id, revision: 'stub', sha256, title: id, family: spec.family, weights },
      environment: {
        adapter,
        engine: 'gpu',
        execution: 'wavefront',
        kernels: 'pinned',
        loci: 'stub',
        time: new Date(0).toISOString(),
        seconds: 0,
      },
      decode: (token) => `${token}`,
      outcome: (token) => `${token}`,
    }),
  };
}

/**
 * Seeded numbers in [6, 7), repeated: as logits or as a row of a metric they are finite, distinct,
 * and give probabilities below one half.
 */
const PATTERN = Float32Array.from({ length: 2 ** 16 }, (_, i) => {
  const mixed = Math.imul(i + 1, 0x9e3779b1) >>> 0;
  return 6 + mixed / 2 ** 32;
});

function plausible(bytes: ArrayBuffer): void {
  const floats = new Float32Array(bytes);
  for (let at = 0; at < floats.length; at += PATTERN.length)
    floats.set(PATTERN.subarray(0, Math.min(PATTERN.length, floats.length - at)), at);
}
