import { describe, expect, it } from 'vitest';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { interventionExperiment } from './experiment';

const golden = await openGolden('tiny-a');
const one = {
  prompt: 'a',
  tokens: [3, 14, 15, 9, 26],
  subject: { begin: 1, end: 3 },
  corrupted: { prompt: 'b', tokens: [3, 14, 20, 9, 26] },
  answer: { id: 5 },
  distractor: { id: 7 },
};
const spec = {
  version: 1,
  kind: 'intervention',
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
  cases: [one],
};
const values = async (change: object, name = 'metric') =>
  figureOf(await runStudy(interventionExperiment, { ...spec, ...change }, golden), name).values as number[];

const vector = Array.from({ length: 48 }, (_, i) => Math.sin(i));

describe('intervention', () => {
  it.each<[string, object]>([
    [
      'an added vector with factor 0',
      {
        edits: [
          {
            site: 'blocks.0.hook_resid_pre',
            op: 'add',
            alpha: 0,
            source: { kind: 'vector', values: vector },
          },
        ],
      },
    ],
    ['a scale of 1', { edits: [{ site: 'blocks.1.attn.hook_z', op: 'scale', alpha: 1 }] }],
    [
      'noise of size 0',
      {
        edits: [
          { site: 'hook_embed', rows: 'subject', op: 'add', source: { kind: 'noise', seed: 1, scale: 0 } },
        ],
      },
    ],
    [
      'the clean value',
      { edits: [{ site: 'blocks.1.hook_mlp_out', op: 'set', source: { kind: 'run', run: 'clean' } }] },
    ],
    ['a mask of value 0', { masks: [{ queries: 'answer', keys: 'subject', value: 0 }] }],
  ])('changes nothing, bit by bit: %s', async (_, change) => {
    const [before, after, difference] = await values(change);
    expect(after).toBe(before);
    expect(difference).toBe(0);
    expect(await values(change, 'kl')).toEqual([0]);
  });

  it('adds a row of the unembedding, minus another, of a given length', async () => {
    const D = golden.spec.dModel;
    const rowOf = (id: number) => golden.weights.get('embed.W_E')!.subarray(id * D, (id + 1) * D);
    const difference = Array.from(rowOf(5), (x, d) => x - rowOf(7)[d]!);
    const length = Math.hypot(...difference);
    const add = { site: 'blocks.0.hook_resid_post', rows: 'answer', op: 'add' };
    const towards = { kind: 'unembedding', towards: { id: 5 }, away: { id: 7 } };
    const given = (values: readonly number[]) => ({ kind: 'vector', values });
    expect(await values({ edits: [{ ...add, alpha: 2, source: towards }] })).toEqual(
      await values({ edits: [{ ...add, alpha: 2, source: given(difference) }] }),
    );
    expect(await values({ edits: [{ ...add, source: { ...towards, length: 3 } }] })).toEqual(
      await values({ edits: [{ ...add, source: given(difference.map((x) => x * (3 / length))) }] }),
    );
    expect(
      await values({ edits: [{ ...add, source: { kind: 'unembedding', towards: { id: 5 } } }] }),
    ).toEqual(await values({ edits: [{ ...add, source: given([...rowOf(5)]) }] }));
  });

  it('is the twin where every embedding is the twin’s', async () => {
    const edits = [{ site: 'hook_embed', op: 'set', source: { kind: 'run', run: 'corrupted' } }];
    const [, after] = await values({ edits });
    const [, twin] = await values({
      on: 'corrupted',
      edits: [{ site: 'hook_embed', op: 'scale', alpha: 1 }],
    });
    expect(after).toBe(twin);
  });

  it('hides what the answer may no longer look at: only its own embedding is left', async () => {
    const masks = [{ queries: 'answer', keys: 'before-answer' }];
    const [, hidden] = await values({ masks });
    const other = { ...one, tokens: [7, 8, 15, 2, 26] };
    const [, same] = await values({ masks, cases: [other] });
    expect(same).toBe(hidden);
    expect((await values({ masks }))[0]).not.toBe(hidden);
  });

  it('shows what comes next, before and after, for a single prompt', async () => {
    const document = await runStudy(
      interventionExperiment,
      { ...spec, top: 3, edits: [{ site: 'blocks.0.hook_attn_out', op: 'scale', alpha: 0 }] },
      golden,
    );
    const { axes, values: shown } = figureOf(document, 'next_tokens');
    expect(axes[0]!.labels).toContain('<5>');
    expect(axes[0]!.labels).toContain('<7>');
    expect(shown.every((p) => p! >= 0 && p! <= 1)).toBe(true);
    expect(document.unchanged).toMatchObject({ runs: 0, of: 1 });
  });

  const edit = { site: 'blocks.0.hook_mlp_out', op: 'scale', alpha: 0 };
  it.each<[object, string]>([
    [{}, 'intervention: edits: wrong value, got nothing, expected an edit, a mask, a rewrite or a cut.'],
    [
      { edits: [{ ...edit, site: 'blocks.0.hook_mlp_ou' }] },
      "intervention: edits[0]: hook site: unknown name, got 'blocks.0.hook_mlp_ou', expected one of",
    ],
    [
      { edits: [{ ...edit, head: 0 }] },
      'intervention: edits[0].head: wrong value, got 0, expected no head: this site has none.',
    ],
    [
      { edits: [{ ...edit, site: 'blocks.0.attn.hook_z', head: 3 }] },
      'intervention: edits[0].head: wrong value, got 3, expected 0..2.',
    ],
    [
      { edits: [{ ...edit, rows: [5] }] },
      'intervention: edits[0].rows: wrong value, got position 5, expected positions below 5.',
    ],
    [
      { edits: [{ ...edit, op: 'double' }] },
      'intervention: edits[0].op: wrong value, got "double", expected "set" or',
    ],
    [
      { edits: [{ site: 'hook_embed', op: 'add', source: { kind: 'vector', values: [1, Number.NaN] } }] },
      'intervention: edits[0].source.values[1]: wrong value, got',
    ],
    [
      { masks: [{ layers: [0, 3], queries: 'answer', keys: 'subject' }] },
      'intervention: masks[0].layers: wrong value, got 0,3, expected begin < end <= 2.',
    ],
    [
      { rewrites: [{ kind: 'upside-down' }] },
      'intervention: rewrites[0].kind: wrong value, got "upside-down", expected "uniform" or',
    ],
    [
      { on: 'corrupted', edits: [edit], cases: [{ ...one, corrupted: undefined }] },
      'intervention: the corrupted prompt: wrong value, got nothing, expected a prompt of as many tokens.',
    ],
    [
      { masks: [{ queries: 'answer', keys: 'subject' }], cases: [{ ...one, subject: undefined }] },
      "intervention: masks[0].keys: wrong value, got 'subject', expected a subject in every case for it.",
    ],
    [
      { edits: [{ site: 'hook_embed', op: 'add', source: { kind: 'unembedding', towards: { id: 97 } } }] },
      'intervention: edits[0].source: wrong value, got token id 97, expected ids below 97.',
    ],
    [
      {
        edits: [
          {
            site: 'hook_embed',
            op: 'add',
            source: { kind: 'unembedding', towards: { id: 1 }, away: { id: 1 } },
          },
        ],
      },
      'intervention: edits[0].source.away: wrong value, got 1, expected another token than towards.',
    ],
    [{ edits: [edit], cases: [] }, 'intervention: cases: wrong value, got [], expected at least 1 entries.'],
  ])('refuses %j', (change, sentence) => {
    expect(() => interventionExperiment.parseSpec({ ...spec, ...change }, golden.spec)).toThrow(sentence);
  });

  it.each<[object, RegExp]>([
    [
      { edits: [{ site: 'hook_embed', op: 'add', source: { kind: 'vector', values: [1, 2] } }] },
      /vector has 2 values, expected 48/,
    ],
    [{ masks: [{ queries: 'answer', keys: 'all' }] }, /leave query 4 of head 0 no key/],
    [{ rewrites: [{ kind: 'random' }] }, /seed/],
    [{ edits: [{ site: 'hook_embed', op: 'snippet' }] }, /code/],
    [
      {
        edits: [
          {
            site: 'hook_embed',
            op: 'snippet',
            code: 'fn edit(x: f32, row: u32, col: u32) -> f32 { loop {} }',
          },
        ],
      },
      /snippet, line 1: got 'loop', expected no loop/,
    ],
  ])('refuses what only the run can know: %j', async (change, sentence) => {
    await expect(runStudy(interventionExperiment, { ...spec, ...change }, golden)).rejects.toThrow(sentence);
  });
});
