import { describe, expect, it } from 'vitest';
import { type AnyExperiment, anyExperiment } from '../experiments/experiment';
import type { ForwardRequest, RunResult } from '../forward/request/contract';
import { gpt2Spec } from '../model/testing';
import type { ResultDocument } from '../results/document';
import { type RunningModel, runExperiment } from './running';
import { NOTHING_SPENT } from './spent';

const CASES = 4;
const spec = gpt2Spec({ nLayers: 1, nHeads: 1, dModel: 4, dMlp: 4, nCtx: 8, dVocab: 8 });

/** One run per case, estimated at three seconds: one case per request. */
const experiment = (plan: AnyExperiment['plan']): AnyExperiment =>
  anyExperiment({
    kind: 'numbers',
    about: {} as AnyExperiment['about'],
    parseSpec: (json) => json as object,
    resolve: async (question) => question as object,
    cases: () => CASES,
    plan,
    measure: (_, __, ___, { runs }) => runs.one!.metric!.answer,
    reduce: (_, measured) => ({ measured }) as unknown as ResultDocument,
  });

const one: AnyExperiment['plan'] = (_, __, i) => [{ id: 'one', tokens: [i], metric: { row: 0, answer: 1 } }];

const caseOf = ({ runs }: ForwardRequest): number => runs[0]!.tokens![0]!;

/** Runs the study on a backend that records its steps, e.g. 'forward 0', 'prepare 1', 'done 0'. */
async function study(plan = one, prepare?: (request: ForwardRequest) => Promise<void>) {
  const steps: string[] = [];
  const prepared = new Set<ForwardRequest>();
  const backend: RunningModel['backend'] = {
    estimate: async ({ runs }) => ({ flops: 0, seconds: 3 * runs.length }),
    async forward(request, options) {
      const i = caseOf(request);
      if (i > 0) expect(prepared).toContain(request);
      steps.push(`forward ${i}`);
      options?.onProgress?.(0);
      options?.onProgress?.(0.5);
      options?.onProgress?.(1);
      // Lets concurrent planning finish.
      await new Promise((resolve) => setTimeout(resolve));
      steps.push(`done ${i}`);
      const metric = { answer: i + 1, distractor: 0, max: 0, argmax: 0, logSumExp: 0, rank: 0 };
      const runs: Record<string, RunResult> = { [request.runs[0]!.id]: { metric, captures: {} } };
      return { runs, counters: NOTHING_SPENT.counters };
    },
    async prepare(request) {
      steps.push(`prepare ${caseOf(request)}`);
      prepared.add(request);
      await prepare?.(request);
    },
  };
  const context = {
    model: { id: '', revision: '', sha256: '', title: '' },
    environment: { seconds: 0 } as ResultDocument['environment'],
    decode: String,
    outcome: String,
  };
  const model: RunningModel = {
    spec,
    backend,
    execution: 'wavefront',
    weight: async () => new Float32Array(),
    context: () => context,
  };
  const run = runExperiment({ experiment: experiment(plan), spec: {} }, model, {
    signal: new AbortController().signal,
    store: null,
    key: 'study',
  });
  const outcome = await run.catch((error: Error) => error.message);
  return { steps, outcome };
}

describe('a study of several requests', () => {
  it('plans the next one while one runs, once, and runs what was planned', async () => {
    const { steps, outcome } = await study();
    expect(outcome).toEqual({ measured: [1, 2, 3, 4] });
    expect(steps).toEqual([
      ...['forward 0', 'prepare 1', 'done 0'],
      ...['forward 1', 'prepare 2', 'done 1'],
      ...['forward 2', 'prepare 3', 'done 2'],
      ...['forward 3', 'done 3'],
    ]);
  });

  it('measures what is sound before it tells what is wrong with a later case', async () => {
    const wrong = await study(one, async (request) => {
      if (caseOf(request) === 2) throw new Error('too large');
    });
    expect(wrong.outcome).toBe('too large');
    expect(wrong.steps.at(-1)).toBe('done 1');
  });
});
