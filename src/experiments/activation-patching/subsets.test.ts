/** Random subsets of what was not measured: who is in them, and what they bound. */
import { describe, expect, it } from 'vitest';
import { maxOf } from '../../util/lists';
import { range } from '../../util/range';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { patchingExperiment } from './experiment';
import { membersOf } from './subsets';

const golden = await openGolden('tiny-a');
const spec = {
  version: 1,
  kind: 'activation-patching',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  by: 'top',
  cases: [
    {
      prompt: 'a',
      tokens: [3, 14, 15, 9, 26],
      corrupted: { prompt: 'b', tokens: [3, 14, 20, 9, 26] },
      answer: { id: 5 },
      distractor: { id: 7 },
    },
  ],
};

const missed = async (fields: object) =>
  figureOf(await runStudy(patchingExperiment, { ...spec, ...fields }, golden), 'missed');

it('puts every state into a tenth of the subsets, differently for another seed', () => {
  const of = (subsetSeed: number) => membersOf(30, { subsets: 50, subsetSeed });
  const counts = range(0, 30).map((state) => of(1).filter((own) => own.includes(state)).length);
  expect(new Set(counts)).toEqual(new Set([5]));
  expect(new Set(of(1).map((own) => own.length)).size).toBeGreaterThan(2);
  expect(of(1)).toEqual(of(1));
  expect(of(2)).not.toEqual(of(1));
});

describe('the bound', () => {
  const grids = ['attn_head_pattern_dest_src_pos', 'neurons'];

  it.each(['denoise', 'noise'])('is above what every unmeasured state does alone: %s', async (direction) => {
    for (const scale of ['raw', 'normalised']) {
      const asked = { direction, scale, grids };
      const { values, axes } = await missed({ ...asked, subsets: 100 });
      const width = axes[1]!.labels.length;
      const top = await runStudy(patchingExperiment, { ...spec, ...asked }, golden);
      const all = await runStudy(patchingExperiment, { ...spec, ...asked, by: 'measure' }, golden);
      for (const [row, name] of grids.entries()) {
        const [atMost, among, smallest, largest, left] = values.slice(row * width, (row + 1) * width);
        const { values: alone, levels } = figureOf(all, name);
        const of = levels!.find((level) => level.name === (direction === 'denoise' ? 'corrupted' : 'clean'))!;
        const measured = figureOf(top, name).values;
        const sizes = (isMeasured: boolean) =>
          alone.flatMap((x, i) => ((measured[i] !== null) === isMeasured ? [Math.abs(x! - of.value)] : []));
        process.stdout.write(
          `${direction}, ${scale}, ${name}: missed at most ${atMost!.toPrecision(3)}, largest missed ` +
            `${maxOf(sizes(false)).toPrecision(3)}, of ${left}; measured ${smallest!.toPrecision(3)} to ${largest!.toPrecision(3)}\n`,
        );
        expect(left).toBe(sizes(false).length);
        expect(atMost).toBeGreaterThan(maxOf(sizes(false)));
        expect(atMost).toBeGreaterThan(among!);
        expect(largest).toBeCloseTo(maxOf(sizes(true)), 6);
      }
    }
  });

  it('is nothing where every state was measured', async () => {
    const { values } = await missed({ grids: ['mlp_out'], subsets: 20 });
    expect(values.slice(0, 2)).toEqual([0, 0]);
    expect(values.at(-1)).toBe(0);
  });

  it('narrows with more subsets', async () => {
    const few = await missed({ grids: ['neurons'], subsets: 20 });
    const many = await missed({ grids: ['neurons'], subsets: 400 });
    expect(many.values[0]).toBeLessThan(few.values[0]!);
  });
});

it.each<[object, string]>([
  [
    { subsets: 10 },
    'activation-patching: subsets: wrong value, got 10, expected none, or at least 20, so that',
  ],
  [{ subsets: -1 }, 'activation-patching: subsets: wrong value, got -1'],
])('refuses %j', (fields, sentence) => {
  expect(() => patchingExperiment.parseSpec({ ...spec, ...fields }, golden.spec)).toThrow(sentence);
});
