import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Golden } from '../../forward/testing';
import { dot } from '../../util/dot';
import { lengthOf } from '../common/directions';
import { readGolden } from '../testing/goldens';
import { madeLens, madeMatrix, withLens } from '../testing/lens';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { alongOf, controlled } from './along';
import { interventionExperiment } from './experiment';
import { prepareVectors } from './prepare';

const pair = z.tuple([z.number(), z.number()]);
const golden = z.object({
  clean: z.array(z.number()),
  answer: z.number(),
  distractor: z.number(),
  layer: z.number(),
  positions: z.array(z.number()),
  length: z.number(),
  vectors: z.array(z.array(z.number())),
  edited: z.object({ ablated: pair, swapped: pair, swappedTwice: pair, steered: pair }),
});

type Asked = z.infer<typeof golden>;

const study = ({ clean, answer, distractor }: Asked, edits: object[], more: object = {}) => ({
  version: 1,
  kind: 'intervention',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [{ prompt: 'a', tokens: clean, answer: { id: answer }, distractor: { id: distractor } }],
  lens: madeLens([0]),
  edits,
  ...more,
});

function edits({ answer, distractor, layer, positions, length }: Asked) {
  const place = { site: `blocks.${layer}.hook_resid_post`, rows: positions };
  const towards = { kind: 'unembedding', towards: { id: answer }, lens: layer };
  const both = { ...towards, away: { id: distractor } };
  return {
    ablated: { ...place, op: 'project_out', source: towards },
    swapped: { ...place, op: 'swap', source: both },
    swappedTwice: { ...place, op: 'swap', alpha: 2, source: both },
    steered: { ...place, op: 'add', source: { ...towards, length } },
  };
}

async function changed(model: Golden, spec: object): Promise<number> {
  const document = await runStudy(interventionExperiment, spec, model);
  return figureOf(document, 'metric').values[1]!;
}

describe.each(['tiny-a', 'tiny-llama'])('along the vectors of a Jacobian lens, %s', (name) => {
  it('they are TransformerLens’s, and so are steering, ablation and swaps, within 2e-5', async () => {
    const asked = await readGolden(name, 'jacobian_lens', golden);
    const model = withLens(await openGolden(name), madeMatrix);
    for (const [what, edit] of Object.entries(edits(asked))) {
      const ours = await changed(model, study(asked, [edit]));
      const [answer, distractor] = asked.edited[what as keyof Asked['edited']];
      expect(Math.abs(ours - (answer - distractor)), what).toBeLessThan(2e-5);
    }
    const { swapped } = edits(asked);
    const spec = interventionExperiment.parseSpec(study(asked, [swapped]), model.spec);
    const weights = Object.fromEntries(
      prepareVectors.weights!(spec, model.spec).map((weight) => {
        const [, table, row] = /^(.*?)(?:\[(\d+)\])?$/.exec(weight)!;
        const D = model.spec.dModel;
        const all = model.weights.get(table!)!;
        return [weight, row === undefined ? all : all.subarray(Number(row) * D, (Number(row) + 1) * D)];
      }),
    );
    const case0 = { runs: {}, finished: new Set<string>(), weights };
    const [vectors] = prepareVectors.measure(spec, model.spec, 0, case0, null)!;
    for (const [own, theirs] of [
      [vectors!.to, asked.vectors[0]!],
      [vectors!.from!, asked.vectors[1]!],
    ] as const)
      expect(Math.max(...own.map((x, d) => Math.abs(x - theirs[d]!)))).toBeLessThan(1e-6);
  });

  it('swapped twice in a row is nothing', async () => {
    const asked = await readGolden(name, 'jacobian_lens', golden);
    const model = withLens(await openGolden(name), madeMatrix);
    const { swapped } = edits(asked);
    const clean = figureOf(await runStudy(interventionExperiment, study(asked, [swapped]), model), 'metric')
      .values[0]!;
    expect(await changed(model, study(asked, [swapped, swapped]))).toBeCloseTo(clean, 5);
  });

  it('stand beside random directions, and changes of the same size', async () => {
    const asked = await readGolden(name, 'jacobian_lens', golden);
    const model = withLens(await openGolden(name), madeMatrix);
    const { swapped, steered } = edits(asked);
    const document = await runStudy(interventionExperiment, study(asked, [swapped], { controls: 4 }), model);
    const { axes, values, varies } = figureOf(document, 'controls');
    expect(axes[0]!.labels).toEqual([
      'the changes',
      'random directions of the same length (mean of 4)',
      'a change of the same size, in a random direction (mean of 4)',
    ]);
    expect(new Set(values).size).toBe(3);
    expect(varies).toEqual({ what: 'random directions', n: 4 });
    expect(document.finding).toContain('Random directions of the same length: ');
    expect(document.notes[0]).toContain('without the final norm’s gain');
    const steering = await runStudy(interventionExperiment, study(asked, [steered], { controls: 2 }), model);
    expect(figureOf(steering, 'controls').values).toHaveLength(2);
  });
});

describe('a swap', () => {
  const [a, b] = [
    [2, 0, 1],
    [0.5, 1, 0],
  ];
  const edit = { op: 'swap', source: { kind: 'unembedding', towards: { id: 1 }, away: { id: 2 } } };
  const apply = ({ source, direction }: ReturnType<typeof alongOf>, x: readonly number[]) => {
    const share = dot(source.values, x) / dot(source.values, source.values);
    return x.map((value, d) => value - share * direction![d]!);
  };

  it('exchanges the coordinates, and leaves what is orthogonal to both', () => {
    const swap = alongOf(edit, { to: a!, from: b! });
    const x = a!.map((value, d) => 3 * value - 2 * b![d]!);
    const expected = a!.map((value, d) => -2 * value + 3 * b![d]!);
    for (const [d, value] of apply(swap, x).entries()) expect(value).toBeCloseTo(expected[d]!, 12);
    const orthogonal = [-1, 0.5, 2];
    expect([dot(orthogonal, a!), dot(orthogonal, b!)]).toEqual([0, 0]);
    expect(apply(swap, orthogonal)).toEqual(orthogonal);
  });

  it('of the same size in a random direction changes as much', () => {
    const vectors = [{ to: a!, from: b! }];
    const [own, sized] = [
      alongOf(edit, vectors[0]!),
      controlled([edit], vectors, 'sized', { seed: 3, draw: 1 })[0]!,
    ];
    const x = [1, 4, -2];
    const change = (along: typeof own) => lengthOf(apply(along, x).map((value, d) => value - x[d]!));
    expect(change(sized!)).toBeCloseTo(change(own), 12);
    expect(sized!.direction).not.toEqual(own.direction);
  });

  it('refuses parallel vectors, one token, a length and a part of a site', async () => {
    expect(() => alongOf(edit, { to: a!, from: a!.map((x) => 2 * x) })).toThrow(
      'intervention: swap: vectors are parallel, got a cosine of 1.000000, expected two directions.',
    );
    const asked = await readGolden('tiny-a', 'jacobian_lens', golden);
    const { spec } = await openGolden('tiny-a');
    const { swapped } = edits(asked);
    const { away: _, ...one } = swapped.source;
    const parse = (change: object, more: object = {}) =>
      interventionExperiment.parseSpec(study(asked, [{ ...swapped, ...change }], more), spec);
    expect(() => parse({ source: one })).toThrow('got one token, expected two tokens of the unembedding');
    expect(() => parse({ source: { kind: 'constant', value: 0 } })).toThrow('got another source');
    expect(() => parse({ source: { ...swapped.source, length: 2 } })).toThrow('expected no length');
    expect(() => parse({ columns: [0, 4] })).toThrow('expected all of it');
    expect(() => parse({}, { lens: undefined })).toThrow('expected the Jacobian lens that it reads');
    expect(() => parse({}, { lens: madeLens([1]) })).toThrow(
      'intervention: lens: has no matrix for that layer, got 0, expected one of 1.',
    );
  });
});
