/** A fake engine for tests of actions: words are tokens, and the test finishes runs. */
import { CANCELLED, type Engine, type EngineEvent, type ModelInfo, type Token } from '../engine/api';
import type { NetService } from '../engine/net/serviceApi';
import { experiments } from '../experiments/registry';
import { gpt2Spec } from '../model/testing';
import type { ResultDocument } from '../results/document';
import { createLoci, type Loci } from './loci';

export interface FakeRun {
  readonly spec: Record<string, unknown>;
  readonly emit: (event: EngineEvent) => void;
  readonly finish: (document: ResultDocument) => void;
  readonly fail: (error: Error) => void;
}

export interface FakeEngine extends Engine {
  readonly runs: FakeRun[];
  /** Tokenise calls wait for this. */
  gate: Promise<void>;
}

export const MODEL: ModelInfo = {
  id: 'atlas',
  title: 'Atlas',
  revision: '1',
  sha256: 'abc',
  spec: gpt2Spec({ nLayers: 2, nHeads: 1, dModel: 4, dMlp: 8, nCtx: 32, dVocab: 100 }),
  notes: [],
  parameters: 1000,
  bytes: 2000,
  bos: true,
  special: { prefix: [{ id: 0, text: '<|endoftext|>' }], suffix: [] },
  maskToken: null,
  hasChatTemplate: false,
  weights: 'f32',
  gpuBytes: 4000,
  sigma: { value: 0.1, rule: 'test' },
  facts: [],
};

/** For tests without nets. */
export const NO_NETS = new Proxy({} as NetService, {
  get: (_, name) => () => Promise.reject(new Error(`fake nets: ${String(name)} is not expected`)),
});

export function createFakeEngine(): FakeEngine {
  const runs: FakeRun[] = [];
  const cancels = new Map<string, (error: Error) => void>();
  const engine: FakeEngine = {
    runs,
    gate: Promise.resolve(),
    environment: async () => ({ adapter: 'fake', engine: 'gpu', isFallback: true }),
    preview: async () => {
      throw new Error('fake engine: preview is not expected');
    },
    open: async () => MODEL,
    cancelOpen: async () => undefined,
    storage: async () => ({ files: [], usage: null, quota: null }),
    deleteStored: async () => undefined,
    chat: async (prompt) => `<user>${prompt}</user>`,
    embedding: async () => Float32Array.of(1),
    tokenize: async (text, bos) => {
      await engine.gate;
      return words(text, bos);
    },
    decode: async (ids) => ids.map((id) => ` ${id}`).join(''),
    predict: async () => [{ id: 5, text: ' Paris', p: 0.9, logit: 4 }],
    capture: async ({ sites }) =>
      Object.fromEntries(sites.map((site) => [site, { shape: [1, 1, 1], data: Float32Array.of(1) }])),
    gradients: async () => {
      throw new Error('fake engine: gradients is not expected');
    },
    lens: async (_, follow = 0) => ({
      cells: [[{ id: 1, text: 'x', p: 1, followed: { p: follow / 10, rank: follow } }]],
    }),
    lensTop: async (_, { row, position }) => [{ id: row, text: ` ${position}`, p: 0.5, logit: 1 }],
    lensInfo: async () => null,
    openLens: async () => {
      throw new Error('fake engine: openLens is not expected');
    },
    closeLens: async () => undefined,
    keptLenses: async () => [],
    openKeptLens: async () => {
      throw new Error('fake engine: openKeptLens is not expected');
    },
    deleteKeptLens: async () => undefined,
    fitLens: async () => {
      throw new Error('fake engine: fitLens is not expected');
    },
    exportLens: async () => {
      throw new Error('fake engine: exportLens is not expected');
    },
    firstPrompt: async () => ({
      prompt: 'The capital of Peru is',
      subject: 'Peru',
      answer: ' Lima',
      distractor: ' Quito',
      p: 0.9,
      isKnown: true,
    }),
    notices: async () => [],
    whyUnfit: async () => null,
    resolve: async (question) => ({ ...question }),
    estimate: async () => ({ forwards: 10, flops: 1e6, seconds: 2, isMost: false }),
    run: (runId, spec, onEvent) =>
      new Promise((resolve, reject) => {
        cancels.set(runId, reject);
        runs.push({ spec, emit: (event) => onEvent?.(event), finish: resolve, fail: reject });
      }),
    tighten: (runId, { document }, onEvent) => engine.run(runId, document.spec, onEvent),
    estimateTighten: async () => ({ forwards: 600, flops: 1e6, seconds: 2 }),
    answerWithCuts: async () => {
      throw new Error('fake engine: answerWithCuts is not expected');
    },
    measureEdges: async () => {
      throw new Error('fake engine: measureEdges is not expected');
    },
    generate: async () => {
      throw new Error('fake engine: generate is not expected');
    },
    cancel: async (runId) => cancels.get(runId)?.(new Error(CANCELLED)),
    verify: async () => ({
      against: 'a fake',
      bar: 2e-5,
      errors: [{ site: 'hook_embed', maxAbsError: 1e-7, scale: 1, relative: 1e-7 }],
    }),
    exportOnnx: async () => [],
    loseDevice: async () => undefined,
    close: async () => undefined,
  };
  return engine;
}

/** A page with an open model, whose user types every `typing` milliseconds. */
export function createFakeLoci(typing = 0): { readonly loci: Loci; readonly engine: FakeEngine } {
  const engine = createFakeEngine();
  const loci = createLoci({ engine, nets: NO_NETS }, () => true, typing);
  const catalogue = experiments.map(({ kind, about }) => ({ kind, about }));
  loci.status.setState({ phase: 'ready', model: MODEL, catalogue });
  // As if attention were on the screen.
  loci.view.setState({ isReading: true });
  return { loci, engine };
}

/** Runs everything already resolved. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function words(text: string, bos: boolean): Token[] {
  let at = 0;
  const pieces = text.match(/ ?[^ ]+| +$/g) ?? [];
  const tokens = pieces.map((piece, index): Token => {
    const begin = at;
    at += new TextEncoder().encode(piece).length;
    return { id: index + 1, text: piece, bytes: [begin, at], isBos: false };
  });
  return bos ? [{ id: 0, text: '<|endoftext|>', bytes: null, isBos: true }, ...tokens] : tokens;
}
