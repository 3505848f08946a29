/**
 * The planted circuit (`public/models/planted`) does what its documentation says, in float64: it
 * answers its task sets, attends where it should, and breaks exactly when a planted part is
 * removed. `truth.json`, written by PyTorch, equals what cutting every single edge by edits of the
 * engine finds.
 */
import { describe, expect, it } from 'vitest';
import { edgesOf } from '../model/edges';
import { ABLATIONS, changeOf, meanContributions, noisedEdges, runLogits } from './testing/edges';
import { type TaskTruth, loadPlanted, loadTruth, silenced } from './testing/planted';

/** A larger change is an effect, one below `NOTHING` is none; no change may lie between. */
const CLEAR = 1e-3;
const NOTHING = 1e-9;

const truth = await loadTruth('planted');
const tasks: readonly TaskTruth[] = [truth, ...Object.values(truth.tasks!)];
const names = tasks.map(({ set }) => set);
const { model, cases } = await loadPlanted('planted', names);

describe.each(names)('%s', (set) => {
  const task = tasks.find((one) => one.set === set)!;

  it('is answered rightly, and so is its twin, with p near 1', async () => {
    for (const { tokens, corrupted, answer, distractor } of cases.get(set)!) {
      expect(tokens.length).toBe(corrupted.length);
      for (const [prompt, right] of [
        [tokens, answer],
        [corrupted, distractor],
      ] as const) {
        const { metric } = await runLogits(model, { tokens: prompt, answer: right, distractor: right });
        expect(metric.argmax).toBe(right);
        expect(Math.exp(metric.answer - metric.logSumExp)).toBeGreaterThan(0.9999);
      }
    }
  });

  it('breaks without each of its parts, and not without any other head or MLP', async () => {
    const all = Array.from({ length: model.spec.nLayers }, (_, l) => [
      ...Array.from({ length: model.spec.nHeads }, (_, h) => `a${l}.h${h}`),
      `m${l}`,
    ]).flat();
    for (const one of cases.get(set)!.slice(0, 6)) {
      for (const node of all) {
        const change = await changeOf(model, one, silenced(node, one.tokens.length));
        if (!task.nodes.includes(node)) expect(Math.abs(change), node).toBeLessThan(NOTHING);
        else {
          const edits = silenced(node, one.tokens.length);
          const { metric } = await runLogits(model, one, edits);
          expect(change, node).toBeLessThan(-CLEAR);
          expect(Math.exp(metric.answer - metric.logSumExp), node).toBeLessThan(0.5);
        }
      }
    }
  });

  it('is not touched by any decoy', async () => {
    for (const one of cases.get(set)!.slice(0, 6)) {
      for (const { node } of truth.decoys) {
        const change = await changeOf(model, one, silenced(node, one.tokens.length));
        expect(Math.abs(change), node).toBeLessThan(NOTHING);
      }
    }
  });

  it.each(ABLATIONS)(
    'has the edges of truth.json, found by cutting every edge: %s',
    async (ablation) => {
      const mean = await meanContributions(
        model,
        cases.get(set)!.map(({ tokens }) => tokens),
      );
      for (const one of [cases.get(set)![0]!, cases.get(set)!.at(-1)!]) {
        const changes = await noisedEdges(model, one, ablation, mean);
        expect(changes.size).toBe(edgesOf(model.spec).length);
        for (const [edge, change] of changes) {
          const size = Math.abs(change);
          expect(size > CLEAR || size < NOTHING, `${edge}: ${change}`).toBe(true);
        }
        const found = [...changes].filter(([, change]) => Math.abs(change) > 1e-6).map(([edge]) => edge);
        expect(found).toEqual(task.edges[ablation]);
      }
    },
    60_000,
  );
});

describe('the planted circuit', () => {
  it('has an edge in the truth only where the weights compose', () => {
    for (const { edges } of tasks) {
      for (const edge of Object.values(edges).flat()) expect(Object.keys(truth.composed)).toContain(edge);
    }
  });

  it('names every head and MLP as planted or decoy, and none as both', () => {
    const [planted, decoys] = [truth.planted, truth.decoys].map((list) => list.map(({ node }) => node));
    const heads = [...planted!, ...decoys!].filter((node) => node.startsWith('a'));
    expect(new Set(heads).size).toBe(model.spec.nLayers * model.spec.nHeads);
    expect(planted!.filter((node) => decoys!.includes(node))).toEqual([]);
    // The main task needs every planted head and MLP.
    expect(planted!.filter((node) => !node.includes('.n'))).toEqual(truth.nodes);
  });

  it('needs the neuron of its name, and no other', async () => {
    for (const one of cases.get('planted-recall')!) {
      const name = one.tokens[1]!;
      const changes = await Promise.all(
        Array.from({ length: model.spec.dMlp }, (_, n) =>
          changeOf(model, one, silenced(`m0.n${n}`, one.tokens.length)),
        ),
      );
      // Names are tokens 14 to 19, in the neurons' order.
      for (const [n, change] of changes.entries()) {
        if (n === name - 14) expect(change).toBeLessThan(-CLEAR);
        else expect(Math.abs(change)).toBeLessThan(NOTHING);
      }
    }
  });

  it('attends where it is said to: less than 1e-9 goes elsewhere', async () => {
    const [one] = cases.get('planted-chain')!;
    const T = one!.tokens.length;
    const site = (l: number) => `blocks.${l}.attn.hook_pattern`;
    const { captures } = await runLogits(model, one!, [], [site(0), site(1), site(2)]);
    const off = (l: number, h: number, query: number, key: number) =>
      1 - captures[site(l)]!.data[(h * T + query) * T + key]!;
    for (let t = 1; t < T; t++) expect(off(0, 0, t, t - 1)).toBeLessThan(NOTHING);
    // <|bos|> owl Monday and fox Tuesday , Ana visits
    expect(off(1, 1, T - 1, T - 2)).toBeLessThan(NOTHING);
    expect(off(2, 0, T - 1, 2)).toBeLessThan(NOTHING);
    // A head that finds nothing attends to the first token.
    for (let t = 0; t < T - 1; t++) expect(off(1, 1, t, 0)).toBeLessThan(NOTHING);
  });

  it('keeps recall and induction apart: each breaks without its own head and not without the other', async () => {
    const drop = async (set: string, node: string) => {
      const changes = await Promise.all(
        cases.get(set)!.map((one) => changeOf(model, one, silenced(node, one.tokens.length))),
      );
      return changes.reduce((sum, change) => sum - change, 0) / changes.length;
    };
    const table = [];
    for (const set of ['planted-recall', 'planted-induction']) {
      table.push([await drop(set, 'a1.h1'), await drop(set, 'a2.h0')]);
    }
    expect(table).toEqual([
      [expect.closeTo(15, 6), expect.closeTo(0, 9)],
      [expect.closeTo(0, 9), expect.closeTo(30, 6)],
    ]);
  });
});
