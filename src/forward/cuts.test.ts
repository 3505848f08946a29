import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Edge, edgeName, edgesOf } from '../model/edges';
import { gpt2Spec } from '../model/testing';
import { range } from '../util/range';
import { planForward } from './plan/plan';
import type { Plan, Step } from './plan/steps';
import { createReferenceForward } from './reference/forward';
import { type ReadFile, loadGolden } from './testing';
import { goldenCuts } from './testing/cuts';
import { ABLATIONS, meanContributions, noisedEdges } from './testing/edges';
import { loadPlanted, loadTruth } from './testing/planted';
import type { Cut, CutSource, Run } from './request/types';

const read: ReadFile = async (path) => new Uint8Array(await readFile(path)).buffer;

const truth = await loadTruth('planted');
const { model, cases } = await loadPlanted('planted', [truth.set]);
const prompts = cases.get(truth.set)!;
const [one] = prompts;
const metric = { row: one!.tokens.length - 1, answer: one!.answer, distractor: one!.distractor };

async function differences(runs: readonly Run[]): Promise<Record<string, number>> {
  const { runs: results } = await model.forward({ runs, reuse: 'naive' });
  return Object.fromEntries(
    runs.map(({ id }) => [id, results[id]!.metric!.answer - results[id]!.metric!.distractor]),
  );
}

const clean: Run = { id: 'clean', tokens: one!.tokens, metric };
const twin: Run = { id: 'corrupted', tokens: one!.corrupted, metric };
const references = prompts.map(({ tokens }, i): Run => ({ id: `reference.${i}`, tokens, metric }));
const SOURCES: Readonly<Record<(typeof ABLATIONS)[number], CutSource>> = {
  corrupted: { kind: 'run', run: 'corrupted' },
  zero: { kind: 'constant', value: 0 },
  mean: { kind: 'mean', runs: references.map(({ id }) => id) },
};

describe('a cut edge', () => {
  it.each(ABLATIONS)(
    'changes what the same edge changes when its contribution is replaced by hand: %s',
    async (ablation) => {
      const source = SOURCES[ablation];
      const cuts = edgesOf(model.spec).map(({ from, to }): Run => {
        const cut: Cut = { senders: [from], receiver: to, source };
        return { id: edgeName({ from, to }), base: 'clean', cuts: [cut], metric };
      });
      const found = await differences([clean, twin, ...references, ...cuts]);
      const mean = await meanContributions(
        model,
        prompts.map(({ tokens }) => tokens),
      );
      const byHand = await noisedEdges(model, one!, ablation, mean);
      for (const [name, change] of byHand) expect(found[name]! - found.clean!).toBeCloseTo(change, 4);
      const matter = [...byHand.keys()].filter((name) => Math.abs(found[name]! - found.clean!) > 1e-6);
      expect(new Set(matter)).toEqual(new Set(truth.edges[ablation]));
    },
  );

  it('all at once, each to the twin, is the twin: every receiver reads what it read there', async () => {
    const senders = (to: string) =>
      edgesOf(model.spec)
        .filter((edge) => edge.to === to)
        .map(({ from }) => from);
    const receivers = [...new Set(edgesOf(model.spec).map(({ to }) => to))];
    const source = SOURCES.corrupted;
    const cuts = receivers.map((receiver): Cut => ({ senders: senders(receiver), receiver, source }));
    const found = await differences([clean, twin, { id: 'all', base: 'clean', cuts, metric }]);
    expect(found.all).toBeCloseTo(found.corrupted!, 10);
    expect(Math.abs(found.clean! - found.corrupted!)).toBeGreaterThan(1);
  });

  it('that is left whole changes nothing, and by halves something between', async () => {
    const cut: Cut = { senders: ['a2.h0'], receiver: 'logits', source: SOURCES.corrupted };
    const at = (beta: number): Run => ({ id: `${beta}`, base: 'clean', cuts: [{ ...cut, beta }], metric });
    const found = await differences([clean, twin, at(0), at(0.5), at(1)]);
    expect(found['1']).toBe(found.clean);
    expect(found['0.5']).toBeCloseTo((found['0']! + found.clean!) / 2, 10);
  });

  it('may be cut at some positions only, and from one neuron or the whole stream', async () => {
    const T = one!.tokens.length;
    const run = (id: string, sender: string, rows: readonly number[]): Run => ({
      id,
      base: 'clean',
      cuts: [{ senders: [sender], receiver: 'a1.h1<v>', rows }],
      metric,
    });
    const neurons = range(0, model.spec.dMlp).map((n) => `m0.n${n}`);
    const found = await differences([
      clean,
      run('all', 'm0', range(0, T)),
      run('name', 'm0', [T - 2]),
      run('elsewhere', 'm0', range(0, T - 2)),
      run('stream', 'resid1', range(0, T)),
      {
        id: 'neurons',
        base: 'clean',
        cuts: [{ senders: neurons, receiver: 'a1.h1<v>' }],
        metric,
      },
    ]);
    expect(found.name).toBeCloseTo(found.all!, 10);
    expect(found.elsewhere).toBeCloseTo(found.clean!, 10);
    expect(found.neurons).toBeCloseTo(found.all!, 10);
    expect(found.stream).toBeLessThan(found.clean! - 1);
  });

  it('is cut once: a second cut of it would take away what it no longer carries', async () => {
    const T = one!.tokens.length;
    const cut = (rows?: readonly number[]): Cut => ({
      senders: ['m0', 'a0.h0'],
      receiver: 'a1.h1<v>',
      ...(rows ? { rows } : {}),
    });
    const first: Run = { id: 'first', base: 'clean', cuts: [cut([0, 1])], metric };
    const again = (cuts: readonly Cut[]): Run => ({ id: 'again', base: 'first', cuts, metric });
    const sentence =
      /^run 'again': cut to a1\.h1<v>: the edge from m0 is cut already, got it again at position 1, /;
    await expect(differences([clean, first, again([cut([1, 2])])])).rejects.toThrow(sentence);
    await expect(differences([clean, first, again([cut([2]), cut([1])])])).rejects.toThrow(sentence);
    const rest = again([
      cut(range(2, T)),
      { ...cut(), receiver: 'a1.h1<q>' },
      { ...cut(), senders: ['input'] },
    ]);
    const bySteps = await differences([clean, first, rest]);
    const whole = { ...rest, base: 'clean', cuts: [cut(), ...rest.cuts!.slice(1)] };
    expect(bySteps.again).toBeCloseTo((await differences([clean, whole])).again!, 10);
  });

  it.each([
    [{ senders: ['a1.h1'], receiver: 'a0.h0<q>' }, /a1\.h1 does not come before it/],
    [{ senders: ['a9.h0'], receiver: 'logits' }, /no such sender, got 'a9\.h0'/],
    [{ senders: ['input'], receiver: 'a0.h0' }, /no such receiver, got 'a0\.h0'/],
    [{ senders: [], receiver: 'logits' }, /no senders, expected at least one/],
    [{ senders: ['m0', 'm0'], receiver: 'logits' }, /sender m0 is given twice/],
    [{ senders: ['m0'], receiver: 'logits', beta: 2 }, /beta out of range, got 2/],
    [
      { senders: ['m0'], receiver: 'logits', source: { kind: 'run', run: 'x' } },
      /unknown source run, got 'x'/,
    ],
  ] as const)('is refused in one sentence: %j', async (cut, sentence) => {
    await expect(differences([clean, { id: 'a', base: 'clean', cuts: [cut], metric }])).rejects.toThrow(
      sentence,
    );
  });
});

it('all edges of a model that scales what branches add, each to the twin, are the twin', async () => {
  const { spec, weights } = await loadGolden('tiny-granite', read);
  const forward = createReferenceForward(spec, (slot) => weights.get(slot)!);
  const at = { row: 5, answer: 7 };
  const tokens = [3, 9, 12, 4, 40, 5];
  const into = new Map<string, string[]>();
  for (const { from, to } of edgesOf(spec)) into.set(to, [...(into.get(to) ?? []), from]);
  const source: CutSource = { kind: 'run', run: 'twin' };
  const everyEdge = (isNeuron: boolean): Cut[] =>
    [...into].map(([receiver, senders]) => ({
      senders: senders.flatMap((sender) =>
        isNeuron && /^m\d+$/.test(sender) ? range(0, spec.dMlp).map((n) => `${sender}.n${n}`) : [sender],
      ),
      receiver,
      source,
    }));
  const { runs } = await forward({
    runs: [
      { id: 'clean', tokens, metric: at },
      { id: 'twin', tokens: [3, 9, 30, 4, 41, 6], metric: at },
      { id: 'all', base: 'clean', cuts: everyEdge(false), metric: at },
      { id: 'neurons', base: 'clean', cuts: everyEdge(true), metric: at },
    ],
    reuse: 'naive',
  });
  const answer = (id: string) => runs[id]!.metric!.answer;
  expect(Math.abs(answer('clean') - answer('twin'))).toBeGreaterThan(0.05);
  expect(answer('all')).toBeCloseTo(answer('twin'), 10);
  expect(answer('neurons')).toBeCloseTo(answer('twin'), 10);
});

describe.each(['tiny-a', 'tiny-llama'])('golden edges of %s', (name) => {
  it('are what PyTorch with hooks of its own found', async () => {
    const { spec, weights } = await loadGolden(name, read);
    const { runs, errors } = await goldenCuts(name, read);
    const forward = createReferenceForward(spec, (slot) => weights.get(slot)!);
    const { difference, score } = errors((await forward({ runs, reuse: 'naive' })).runs);
    expect(difference).toBeLessThan(1e-6);
    expect(score).toBeLessThan(1e-7);
  });
});

describe('the plan of cut edges', () => {
  const spec = gpt2Spec({ nLayers: 3, nHeads: 2, dModel: 8, dMlp: 32, nCtx: 16, dVocab: 20 });
  const tokens = [1, 2, 3, 4, 5];
  const at = { row: 4, answer: 7 };
  const bases: Run[] = [
    { id: 'clean', tokens, metric: at },
    { id: 'other', tokens: [1, 2, 9, 4, 5], metric: at },
  ];
  const source: CutSource = { kind: 'run', run: 'other' };
  const plan = (runs: readonly Run[]) =>
    planForward(spec, { runs: [...bases, ...runs], reuse: 'wavefront' }, { maxBindingBytes: 2 ** 27 });
  const of = (id: string, cuts: readonly Cut[]): Run => ({ id, base: 'clean', cuts, metric: at });
  const cutsIn = (found: Plan): Step[] =>
    found.sweeps.flatMap(({ steps }) =>
      steps.filter((step) => step.type === 'dispatch' && step.kernel === 'cut'),
    );
  const every = edgesOf(spec);

  it('has one round per input that is read, however many edges and runs', () => {
    const edge = ({ from, to }: Edge, id: number): Run =>
      of(`${id}`, [{ senders: [from], receiver: to, source }]);
    const few = plan([edge(every.find(({ from, to }) => from === 'm0' && to === 'a2.h0<q>')!, 0)]);
    expect(cutsIn(few)).toHaveLength(1);
    const [once, twice] = [plan(every.map(edge)), plan([...every, ...every].map(edge))];
    expect(cutsIn(twice)).toHaveLength(cutsIn(once).length);
    const receivers = new Map<string, Cut>();
    for (const { from, to } of every) {
      const senders = [...(receivers.get(to)?.senders ?? []), from];
      receivers.set(to, { senders, receiver: to, source });
    }
    const alone = every.map(({ from, to }): Cut => ({ senders: [from], receiver: to, source }));
    const [joint, apart] = [plan([of('all', [...receivers.values()])]), plan([of('all', alone)])];
    expect(cutsIn(apart)).toEqual(cutsIn(joint));
  });

  it('reads what heads contribute from the base where one edge is cut: no run splits its own heads', () => {
    const runs = every.map(({ from, to }, i) => of(`${i}`, [{ senders: [from], receiver: to, source }]));
    const { sweeps, flops, naiveFlops } = plan(runs);
    const [first, second] = sweeps;
    expect(first!.tensors.some(({ id }) => id === 'cache.0.blocks.1.attn.hook_result')).toBe(true);
    expect(second!.tensors.some(({ id }) => id === 'result_by_head')).toBe(false);
    expect(flops).toBeLessThan(naiveFlops / 2);
  });

  it('leaves out positions where the replacement is what is there, and those that no metric sees', () => {
    const before: Cut = { senders: ['input'], receiver: 'a1.h0<v>', rows: [0, 1], source };
    const late: Cut = { senders: ['m0'], receiver: 'logits', rows: [2, 3], source };
    expect(
      [...plan([of('before', [before]), of('late', [late])]).aliases].map((pair) => pair.map(({ id }) => id)),
    ).toEqual([
      ['before', 'clean'],
      ['late', 'clean'],
    ]);
    const query: Cut = { senders: ['m0'], receiver: 'a2.h0<q>', source };
    expect(plan([of('query', [query])]).sweeps[1]!.label).toMatch(/1 runs, 1 rows$/);
  });
});
