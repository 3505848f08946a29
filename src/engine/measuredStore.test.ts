import { describe, expect, it } from 'vitest';
import { type AnyExperiment, anyExperiment } from '../experiments/experiment';
import type { ForwardRequest, ForwardResult } from '../forward/request/contract';
import type { FileStore } from '../load/store';
import { memoryStore } from '../load/testing/memoryStore';
import { gpt2Spec } from '../model/testing';
import type { ResultDocument } from '../results/document';
import { measuredStore } from './measuredStore';
import { runExperiment } from './running';
import { NOTHING_SPENT } from './spent';

const CASES = 9;
const RUNS = 1000;
const model = gpt2Spec({ nLayers: 1, nHeads: 1, dModel: 4, dMlp: 4, nCtx: 8, dVocab: 8 });

/**
 * Every case is a thousand runs of 2 ms, so two cases fit into a request; its number is the sum of
 * their logits.
 */
const experiment: AnyExperiment = anyExperiment({
  kind: 'sums',
  about: {} as AnyExperiment['about'],
  parseSpec: (json) => json as object,
  resolve: async (question) => question as object,
  cases: () => CASES,
  plan: (_, __, i) =>
    Array.from({ length: RUNS }, (_r, r) => ({ id: `${r}`, tokens: [i], metric: { row: 0, answer: 1 } })),
  measure: (_, __, ___, { runs }) => ({
    sum: Object.values(runs).reduce((sum, { metric }) => sum + metric!.answer, 0),
  }),
  reduce: (_, measured, { takenUp, counters }) =>
    ({ measured, takenUp, flops: counters.flops }) as unknown as ResultDocument,
});

interface Outcome {
  readonly document: { measured: unknown[]; takenUp: number; flops: number } | null;
  /** Cases that ran, in order. */
  readonly ran: readonly number[];
}

/** Runs the study; cancels it after `stopAfter` requests. */
async function study(files: FileStore | null, stopAfter = Number.POSITIVE_INFINITY): Promise<Outcome> {
  const ran: number[] = [];
  const controller = new AbortController();
  let requests = 0;
  const forward = async ({ runs }: ForwardRequest): Promise<ForwardResult> => {
    if (controller.signal.aborted) throw controller.signal.reason;
    ran.push(...new Set(runs.map(({ tokens }) => tokens![0]!)));
    if (++requests === stopAfter) controller.abort();
    const row = { distractor: 0, max: 0, argmax: 0, logSumExp: 0, rank: 0 };
    return {
      runs: Object.fromEntries(
        runs.map(({ id, tokens }) => [id, { metric: { answer: tokens![0]! + 1, ...row }, captures: {} }]),
      ),
      counters: { ...NOTHING_SPENT.counters, flops: runs.length },
    };
  };
  const document = await runExperiment(
    { experiment, spec: {} },
    {
      spec: model,
      backend: { forward, estimate: async (asked) => ({ flops: 0, seconds: 0.002 * asked.runs.length }) },
      execution: 'wavefront',
      weight: async () => new Float32Array(),
      context: () => ({
        model: { id: '', revision: '', sha256: '', title: '' },
        environment: { seconds: 0 } as ResultDocument['environment'],
        decode: String,
        outcome: String,
      }),
    },
    { signal: controller.signal, store: files && measuredStore(files), key: 'study' },
  ).catch((error: unknown) => {
    if (controller.signal.aborted) return null;
    throw error;
  });
  return { document: document as unknown as Outcome['document'], ran };
}

const whole = await study(null);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('a study that is kept', () => {
  it('goes on where it was stopped: nothing is run twice, and the numbers are the same', async () => {
    const files = memoryStore();
    const first = await study(files, 2);
    expect(first.document).toBeNull();
    expect(first.ran).toEqual(upTo(4));
    const second = await study(files);
    expect(second.ran).toEqual(upTo(CASES).slice(4));
    expect(second.document!.measured).toEqual(whole.document!.measured);
    expect(second.document!.flops).toBe(whole.document!.flops);
    expect([whole.document!.takenUp, second.document!.takenUp]).toEqual([0, 4]);
  });

  it('is kept no longer when it is finished: asked again, it is measured again', async () => {
    const files = memoryStore();
    await study(files);
    expect(files.files.size).toBe(0);
    expect((await study(files)).ran).toEqual(upTo(CASES));
  });

  it.each([
    ['cut off in the middle of the last line', (bytes: Uint8Array) => bytes.subarray(0, -10), 2],
    ['with a changed digit in the last line', changed, 2],
    ['of another version', (bytes: Uint8Array) => bytes.with(11, 57), 0],
    ['that is empty', () => new Uint8Array(), 0],
    ['of something else', () => new TextEncoder().encode('{}\n{}\n'), 0],
  ])('goes on from the good lines of a file %s', async (_, damage, good) => {
    const files = memoryStore();
    await study(files, 2);
    const [name] = files.files.keys();
    files.files.set(name!, damage(files.files.get(name!)!));
    const { ran, document } = await study(files, 3);
    expect(document).toBeNull();
    expect(ran).toEqual(upTo(good + 6).slice(good));
    // Bytes after the valid lines are read again.
    const last = await study(files);
    expect(last.ran).toEqual(upTo(CASES).slice(good + 6));
    expect(last.document!.measured).toEqual(whole.document!.measured);
  });

  it('is measured all the same where nothing can be kept', async () => {
    const refuse = async () => Promise.reject(new Error('the disk is full'));
    for (const broken of [{ writer: refuse }, { read: refuse, size: async () => 5 }, { names: refuse }]) {
      const { ran, document } = await study({ ...memoryStore(), ...broken });
      expect(ran).toEqual(upTo(CASES));
      expect(document!.measured).toEqual(whole.document!.measured);
    }
  });

  it('is not spoilt by another page that measures the same', async () => {
    const files = memoryStore();
    const [a, b] = [measuredStore(files), measuredStore(files)];
    await Promise.all([a.load('k'), b.load('k')]);
    const chunk = (...cases: [number, unknown][]) => ({ cases: new Map(cases), spent: NOTHING_SPENT });
    await a.save('k', chunk([0, 'long enough to be longer']));
    await b.save('k', chunk([1, 'b']));
    await a.save('k', chunk([2, 'a']));
    // The first continues; what the second would have written is measured again next time.
    const { cases } = await measuredStore(files).load('k');
    expect([...cases]).toEqual([
      [0, 'long enough to be longer'],
      [2, 'a'],
    ]);
  });
});

describe('the folder of studies', () => {
  it('stays within its bound: the studies that were begun first go first', async () => {
    const files = memoryStore();
    const store = measuredStore(files, 1200);
    const numbers = 'x'.repeat(300);
    const save = async (key: string, ...cases: number[]) => {
      await store.load(key);
      for (const i of cases) await store.save(key, { cases: new Map([[i, numbers]]), spent: NOTHING_SPENT });
      // Two from the same millisecond would have no order.
      await new Promise((resolve) => setTimeout(resolve, 2));
    };
    await save('a', 0);
    await save('b', 0);
    await save('c', 0);
    const names = async () => (await files.names()).sort();
    expect(await names()).toEqual(['b.study', 'c.study']);
    // A study that is too large by itself is kept as far as it fits.
    await save('d', 0, 1, 2, 3);
    expect(await names()).toEqual(['d.study']);
    expect((await store.load('d')).cases.size).toBe(2);
  });
});

/** Changes a digit in the last line's numbers. */
function changed(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  const at = text.lastIndexOf('"sum":') + '"sum":'.length;
  const other = text[at] === '9' ? '8' : '9';
  return new TextEncoder().encode(text.slice(0, at) + other + text.slice(at + 1));
}
