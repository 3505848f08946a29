/** Fakes of the engine and of a terminal, for tests of commands. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, ModelInfo } from '../../engine/api';
import { gpt2Spec } from '../../model/testing';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { inThisThread } from '../../load/tokenizer/inThisThread';
import { runCli } from '../cli';
import type { Context, EngineRequest } from '../context';
import { type Streams, terminalOf } from '../terminal';

const project = new URL('../../..', import.meta.url).pathname;

export const fakeInfo: ModelInfo = {
  id: 'atlas',
  title: 'Atlas',
  revision: 'builtin',
  sha256: '0'.repeat(64),
  spec: gpt2Spec({ nLayers: 6, nHeads: 4, dModel: 128, dMlp: 512, nCtx: 64, dVocab: 1664 }),
  notes: [],
  parameters: 1,
  bytes: 1,
  bos: true,
  special: { prefix: [{ id: 0, text: '<|endoftext|>' }], suffix: [] },
  maskToken: null,
  hasChatTemplate: false,
  weights: 'f32',
  gpuBytes: 4,
  sigma: null,
  facts: [],
};

/** An engine that returns an invented document; any method can be replaced. */
export function fakeEngine(methods: Partial<Engine> = {}): Engine {
  const no = (name: string) => async (): Promise<never> => {
    throw new TypeError(`fake engine: ${name} is not expected`);
  };
  const document = sampleDocument();
  return {
    environment: async () => ({ adapter: 'a fake', engine: 'gpu', isFallback: true }),
    preview: no('preview'),
    open: async () => fakeInfo,
    cancelOpen: no('cancelOpen'),
    storage: no('storage'),
    deleteStored: no('deleteStored'),
    chat: no('chat'),
    embedding: no('embedding'),
    tokenize: async (text, bos) =>
      [...(bos ? ['<|endoftext|>'] : []), ...text.split(/(?= )/)].map((part, i) => ({
        id: 10 + i,
        text: part,
        bytes: null,
        isBos: bos && i === 0,
      })),
    decode: no('decode'),
    predict: async () => [
      { id: 2, text: ' Paris', p: 0.62, logit: 2 },
      { id: 3, text: ' Lyon', p: 0.1, logit: 1 },
    ],
    firstPrompt: no('firstPrompt'),
    capture: no('capture'),
    gradients: no('gradients'),
    lens: no('lens'),
    lensTop: no('lensTop'),
    lensInfo: async () => null,
    openLens: no('openLens'),
    closeLens: no('closeLens'),
    keptLenses: no('keptLenses'),
    openKeptLens: no('openKeptLens'),
    deleteKeptLens: no('deleteKeptLens'),
    fitLens: no('fitLens'),
    exportLens: no('exportLens'),
    notices: async () => [],
    whyUnfit: no('whyUnfit'),
    resolve: async () => document.spec,
    estimate: no('estimate'),
    run: async () => document,
    tighten: async () => document,
    estimateTighten: no('estimateTighten'),
    answerWithCuts: no('answerWithCuts'),
    measureEdges: no('measureEdges'),
    generate: no('generate'),
    cancel: no('cancel'),
    verify: no('verify'),
    exportOnnx: no('exportOnnx'),
    loseDevice: no('loseDevice'),
    close: async () => {},
    ...methods,
  };
}

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** How the engine was opened; empty if it was not. */
  readonly requests: readonly EngineRequest[];
  readonly cwd: string;
}

/** Runs a command line in an empty folder. */
export async function loci(
  argv: readonly string[],
  engine = fakeEngine(),
  over: Partial<Context> = {},
  streams: Partial<Streams> = {},
): Promise<Outcome> {
  const printed: string[] = [];
  const noted: string[] = [];
  const requests: EngineRequest[] = [];
  const cwd = over.cwd ?? mkdtempSync(join(tmpdir(), 'loci-cli-'));
  const code = await runCli(
    {
      cwd,
      root: project,
      ...terminalOf({
        out: (data) => printed.push(typeof data === 'string' ? data : Buffer.from(data).toString('latin1')),
        err: (text) => noted.push(text),
        isOutTerminal: false,
        isErrTerminal: false,
        typed: null,
        ...streams,
      }),
      env: {},
      startThread: inThisThread,
      openEngine: async (request) => {
        requests.push(request);
        return engine;
      },
      ...over,
    },
    argv,
  );
  return { code, out: printed.join('').replace(/\n$/, ''), err: noted.join(''), requests, cwd };
}
