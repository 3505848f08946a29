import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readGolden } from '../testing/goldens';
import { flatNumbers, levels, pair, pairQuestion } from '../testing/pair';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { severedExperiment } from './experiment';

const grids = z.object({
  corrupted: z.object({ logitDifference: z.number(), p: z.number() }),
  kinds: z.object({ hidden: levels, mlp: levels, attn: levels }),
});
const severedGolden = pair.extend({
  subject: z.tuple([z.number(), z.number()]),
  sigma: z.number(),
  samples: z.number(),
  seed: z.number(),
  tokens: grids,
  noise: grids,
  rome: grids.optional(),
});
type SeveredGolden = z.infer<typeof severedGolden>;

const report = (line: string) => process.stdout.write(`${line}\n`);

/** Our spec of one of the golden's tables. */
function specOf(theirs: SeveredGolden, table: 'tokens' | 'noise' | 'rome') {
  const question = pairQuestion(theirs);
  const [begin, end] = theirs.subject;
  const { sigma, samples, seed } = theirs;
  return {
    ...question,
    kind: 'severed',
    cases: (question.cases as object[]).map((one) => ({ ...one, subject: { begin, end } })),
    tokens: 'all',
    noise: table === 'rome' ? 'continued' : 'same',
    corruption:
      table === 'tokens'
        ? { type: 'twin' }
        : { type: 'noise', rule: 's3', sigma, factor: 3, samples, seed, stream: 'mt19937-polar' },
  };
}

const tables = [
  ['tiny-a', 'tokens'],
  ['tiny-a', 'noise'],
  ['tiny-a', 'rome'],
  ['tiny-llama', 'tokens'],
  ['tiny-llama', 'noise'],
] as const;

describe('severed traces', () => {
  it.each(tables)('are those of PyTorch: %s, %s', async (model, table) => {
    const theirs = await readGolden(model, 'severed', severedGolden);
    const { corrupted, kinds } = theirs[table]!;
    // ROME's pass and noise are float32; the others are float64.
    for (const metric of table === 'tokens' ? (['logit-diff', 'p'] as const) : (['p'] as const)) {
      const word = metric === 'p' ? 'p' : 'logitDifference';
      const document = await runStudy(
        severedExperiment,
        { ...specOf(theirs, table), metric },
        await openGolden(model),
      );
      const expected = [kinds.hidden, kinds.mlp, kinds.attn]
        .flatMap((levelsOf) => flatNumbers(levelsOf[word]))
        .map((level) => level - corrupted[word]);
      const { values } = figureOf(document, 'effect');
      expect(values.length).toBe(expected.length);
      const worst = Math.max(...values.map((value, cell) => Math.abs(value! - expected[cell]!)));
      report(`${model} severed ${table} ${metric}: largest difference ${worst.toExponential(1)} (bar 1e-4)`);
      expect(worst).toBeLessThan(1e-4);
    }
  });
});

const golden = await openGolden('tiny-a');
const noise = {
  type: 'noise',
  rule: '0.5',
  sigma: 0.5,
  factor: 1,
  samples: 3,
  seed: 1,
  stream: 'mt19937-polar',
};
const one = {
  prompt: 'a',
  tokens: [3, 14, 15, 9, 26],
  corrupted: { prompt: 'b', tokens: [3, 14, 20, 9, 26] },
  subject: { begin: 1, end: 3 },
  answer: { id: 5 },
  distractor: { id: 7 },
};
const spec = {
  version: 1,
  kind: 'severed',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [one],
  corruption: noise,
};

describe('a severed trace', () => {
  it('restores at the last subject token, three lines over layers with intervals over draws', async () => {
    const { axes, varies, intervals } = figureOf(await runStudy(severedExperiment, spec, golden), 'effect');
    expect(axes.map(({ labels }) => labels)).toEqual([
      ['intact', 'MLPs severed', 'attention severed'],
      ['0', '1'],
    ]);
    expect(varies).toEqual({ what: 'noise draws', n: 3 });
    expect(intervals![0]).not.toBeNull();
    expect(
      await runStudy(severedExperiment, { ...spec, tokens: 'all' }, golden).then(({ figures }) =>
        figures[0]!.values.filter((_, cell) => cell % 10 === 4 || cell % 10 === 5),
      ),
    ).toEqual(figureOf(await runStudy(severedExperiment, spec, golden), 'effect').values);
  });

  it('after the last block has nothing to sever: the three graphs are one, bit by bit', async () => {
    const { values } = figureOf(
      await runStudy(severedExperiment, { ...spec, tokens: 'all' }, golden),
      'effect',
    );
    const last = values.filter((_, cell) => cell % 2 === 1);
    expect(last.slice(5, 10)).toEqual(last.slice(0, 5));
    expect(last.slice(10)).toEqual(last.slice(0, 5));
    expect(Math.abs(last[4]!)).toBeGreaterThan(0.01);
  });

  it('has no effect before the subject, and none of noise of size 0', async () => {
    const all = { ...spec, tokens: 'all' };
    const { values } = figureOf(await runStudy(severedExperiment, all, golden), 'effect');
    for (const graph of [0, 10, 20]) expect(values.slice(graph, graph + 2)).toEqual([0, 0]);
    const silent = { ...all, corruption: { ...noise, factor: 0 } };
    const zeros = figureOf(await runStudy(severedExperiment, silent, golden), 'effect').values;
    expect(zeros.every((value) => value === 0)).toBe(true);
  });

  it.each<[object, string]>([
    [
      { cases: [{ ...one, subject: undefined }], corruption: { type: 'twin' } },
      'severed: subject: wrong value, got nothing, expected words of the prompt, to sever its last token.',
    ],
    [
      { corruption: { type: 'twin' }, noise: 'continued' },
      'severed: noise: wrong value, got continued, expected same, for a corrupted twin.',
    ],
    [{ tokens: 'first' }, 'severed: tokens: wrong value, got "first", expected "subject-last" or "all".'],
  ])('refuses %j', (change, sentence) => {
    expect(() => severedExperiment.parseSpec({ ...spec, ...change }, golden.spec)).toThrow(sentence);
  });
});
