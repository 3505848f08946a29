import { describe, expect, it } from 'vitest';
import { familyOf } from '../../model/families/index';
import { findSite, canonicalKey } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { resolveRuns } from './resolve';
import type { Edit, Mask, Rewrite, Run } from './types';

/** Two blocks of four heads; tests override what they need. */
const config = { model_type: 'gpt2', n_layer: 2, n_head: 4, n_embd: 32, n_positions: 8, vocab_size: 50 };
const gpt2 = familyOf(config).parseConfig(config);
const grouped: ModelSpec = { ...gpt2, nKvHeads: 2 };
const post: ModelSpec = { ...gpt2, placement: 'post' };
const headless: ModelSpec = { ...gpt2, head: 'none', dVocab: 0 };

const tokens = [1, 2, 3];

describe('one tensor under two names', () => {
  const key = (spec: ModelSpec, name: string) => canonicalKey(spec, findSite(spec, name));

  it('is what leaves a block and enters the next', () => {
    expect(key(gpt2, 'blocks.0.hook_resid_post')).toBe('blocks.1.hook_resid_pre');
    expect(key(gpt2, 'blocks.1.hook_resid_post')).toBe('blocks.1.hook_resid_post');
  });

  it('is the norm that stands on the stream, where there is one', () => {
    expect(key(post, 'blocks.0.hook_normalized_resid_post')).toBe('blocks.1.hook_resid_pre');
    expect(key(post, 'blocks.0.hook_resid_post')).toBe('blocks.0.hook_resid_post');
    expect(key(post, 'blocks.1.hook_normalized_resid_post')).toBe('blocks.1.hook_normalized_resid_post');
  });
});

describe('edits of grouped heads', () => {
  const resolve = (site: string, head: number) => {
    const edit: Edit = { site, head, rows: [0], op: 'scale' };
    return resolveRuns(grouped, [{ id: 'a', tokens, edits: [edit] }])[0]!.own[0]!.spans;
  };

  it('count key-value heads', () => {
    expect(resolve('blocks.0.attn.hook_k', 1)).toEqual([[8, 16]]);
    expect(resolve('blocks.0.hook_v_input', 1)).toEqual([[32, 64]]);
    expect(resolve('blocks.0.attn.hook_q', 3)).toEqual([[24, 32]]);
  });

  it('refuse a head that only queries have', () => {
    expect(() => resolve('blocks.0.attn.hook_v', 2)).toThrow(
      "run 'a': edit of blocks.0.attn.hook_v: head out of range, got 2, expected 0..1.",
    );
  });
});

it('refuses the padding of a model where it takes no position', () => {
  const roberta: ModelSpec = { ...gpt2, positions: { kind: 'learned', offset: 4, padding: 3 } };
  expect(() => resolveRuns(roberta, [{ id: 'a', tokens: [1, 3] }])).toThrow(
    "run 'a': has the padding token, which takes no position in this model, got id 3",
  );
  expect(resolveRuns(gpt2, [{ id: 'a', tokens: [1, 3] }])).toHaveLength(1);
});

describe('a model without an unembedding', () => {
  it('has tokens and captures, and no metric', () => {
    const capture = { site: 'blocks.1.hook_resid_post' };
    expect(resolveRuns(headless, [{ id: 'a', tokens, captures: [capture] }])).toHaveLength(1);
    expect(() => resolveRuns(headless, [{ id: 'a', tokens, metric: { row: 0, answer: 1 } }])).toThrow(
      "run 'a': metric: the model has no unembedding",
    );
  });

  it('refuses a token that the embedding table lacks', () => {
    expect(() => resolveRuns(headless, [{ id: 'a', tokens: [50] }])).toThrow(
      "run 'a': token id out of range, got 50, expected 0..49.",
    );
  });
});

describe('an intervention that cannot be', () => {
  const edit = (change: Partial<Edit>): Partial<Run> => ({
    edits: [{ site: 'hook_embed', rows: [1], op: 'set', source: { kind: 'constant', value: 0 }, ...change }],
  });
  const without = (change: Partial<Edit>): Partial<Run> => ({
    edits: [{ site: 'hook_embed', rows: [1], op: 'scale', ...change }],
  });
  const mask = (change: Partial<Mask>): Partial<Run> => ({
    masks: [{ layer: 1, queries: [2], keys: [0], ...change }],
  });
  const rewrite = (change: Partial<Rewrite>): Partial<Run> => ({
    rewrites: [{ layer: 0, queries: [2], kind: 'uniform', ...change }],
  });
  const copied = (change: Partial<Edit>, source: { rows?: readonly number[] }): Partial<Run> =>
    edit({ ...change, source: { kind: 'run', run: 'short', ...source } });
  const pooled = (pool: number, site = 'blocks.0.attn.hook_pattern'): Partial<Run> => ({
    captures: [{ site, pool }],
  });
  const capture = (heads: readonly number[], site = 'blocks.0.attn.hook_z'): Partial<Run> => ({
    captures: [{ site, heads }],
  });
  const nan = Number.NaN;
  const bad: [string, Partial<Run>, string][] = [
    [
      'an unknown site',
      edit({ site: 'blocks.0.hook_resid_por' }),
      "The nearest is 'blocks.0.hook_resid_pre'.",
    ],
    ['no rows', edit({ rows: [] }), 'edit of hook_embed: no rows, expected at least one position.'],
    ['a row twice', edit({ rows: [1, 1] }), 'row 1 is given twice, expected each position once.'],
    [
      'a constant that is no number',
      edit({ source: { kind: 'constant', value: nan } }),
      'constant must be finite, got NaN.',
    ],
    [
      'NaN in a vector',
      edit({ source: { kind: 'vector', values: [...new Array(31).fill(0), nan] } }),
      'edit of hook_embed: vector must be finite, got NaN.',
    ],
    [
      'an infinite alpha',
      edit({ op: 'add', alpha: Number.POSITIVE_INFINITY }),
      'alpha must be finite, got Infinity.',
    ],
    [
      'noise without a proper seed',
      edit({ source: { kind: 'noise', stream: 'mt19937-polar', seed: -1, scale: 1, draw: 0 } }),
      'seed out of range, got -1, expected an integer from 0 to 4294967295.',
    ],
    [
      'an unknown op',
      edit({ op: 'double' as 'set' }),
      "unknown op, got 'double', expected one of set, add, scale, lerp, clamp, project_out, set_along, snippet.",
    ],
    ['clamp without a range', without({ op: 'clamp' }), "op 'clamp' needs a range."],
    ['clamp from a source', edit({ op: 'clamp', range: [0, 1] }), "op 'clamp' takes no source."],
    [
      'a range upside down',
      without({ op: 'clamp', range: [2, 1] }),
      'range, got [2, 1], expected the smaller number first. Swap them.',
    ],
    ['set_along nothing', edit({ op: 'set_along' }), "op 'set_along' needs a direction."],
    [
      'a short direction',
      edit({ op: 'set_along', direction: [1, 2] }),
      'direction has 2 numbers, expected 32.',
    ],
    [
      'a zero direction',
      edit({ op: 'set_along', direction: new Array(32).fill(0) }),
      'direction is zero, expected a number other than 0 in it.',
    ],
    [
      'a mask of no layer',
      mask({ layer: 2 }),
      "run 'a': mask of layer 2: layer out of range, got 2, expected 0..1.",
    ],
    ['a mask of no head', mask({ head: 4 }), 'mask of layer 1: head out of range, got 4, expected 0..3.'],
    ['a mask of no queries', mask({ queries: [] }), 'mask of layer 1: queries: no rows'],
    [
      'a mask beyond the prompt',
      mask({ keys: [3] }),
      'mask of layer 1: keys: row out of range, got 3, expected 0..2',
    ],
    [
      'a mask value of NaN',
      mask({ value: nan }),
      'value out of range, got NaN, expected -Infinity or a number within',
    ],
    ['a mask that opens by a value', mask({ value: 1e30 }), 'value out of range, got 1e+30'],
    [
      'a permission with a value',
      mask({ op: 'allow', value: 1 }),
      "op 'allow' takes no value, got 1. Leave it out.",
    ],
    [
      'a query that is left no key',
      { masks: [{ layer: 1, head: 3, queries: [0, 2], keys: [0] }] },
      "run 'a': masks of layer 1 leave query 0 of head 3 no key, expected one that it sees. " +
        'Leave out the query, or one of the keys.',
    ],
    [
      'two masks that together leave no key',
      {
        masks: [
          { layer: 0, queries: [1], keys: [0] },
          { layer: 0, queries: [1], keys: [1] },
        ],
      },
      'masks of layer 0 leave query 1 of head 0 no key',
    ],
    [
      'an unknown kind of rewrite',
      rewrite({ kind: 'upside-down' as 'uniform' }),
      "rewrite of layer 0: unknown kind, got 'upside-down', expected uniform, reversed, shuffled or random.",
    ],
    [
      'a random rewrite without a seed',
      rewrite({ kind: 'random' }),
      'rewrite of layer 0: seed out of range, got undefined',
    ],
    ['a uniform rewrite with a seed', rewrite({ seed: 1 }), "'uniform' takes no seed, got 1."],
    [
      'too few source rows',
      copied({ rows: [1, 2] }, { rows: [0] }),
      'edit of hook_embed: source rows, got 1, expected 2, one for each row of the edit.',
    ],
    [
      'a source row beyond its run',
      copied({}, { rows: [2] }),
      "source row out of range, got 2, expected 0..1, a position of run 'short'.",
    ],
    ['a source row that is no position', copied({}, { rows: [0.5] }), 'got 0.5, expected 0..1'],
    [
      'a shorter source without rows',
      copied({}, {}),
      "source run 'short' has 2 tokens, expected 3. Prompts must have equal length.",
    ],
    [
      'a pattern of another prompt',
      copied({ site: 'blocks.0.attn.hook_pattern' }, { rows: [1] }),
      "edit of blocks.0.attn.hook_pattern: source run 'short' has 2 tokens, expected 3: its columns are keys. " +
        'Use prompts of equal length.',
    ],
    [
      'a position beyond the context',
      { positions: [{ rows: [1], positions: [8] }] },
      "run 'a': positions: out of range, got 8, expected 0..7.",
    ],
    [
      'a position that is no number',
      { positions: [{ rows: [1], positions: [nan] }] },
      'positions: out of range, got NaN',
    ],
    [
      'fewer positions than rows',
      { positions: [{ rows: [0, 1], positions: [3] }] },
      "run 'a': positions: got 1 of 2 rows, expected one for each row.",
    ],
    [
      'positions of no token',
      { positions: [{ rows: [3], positions: [3] }] },
      'positions: row out of range, got 3, expected 0..2',
    ],
    ['a captured head that is none', capture([1, 4]), 'head out of range, got 4, expected 0..3.'],
    [
      'a captured head where there are none',
      capture([0], 'hook_embed'),
      'capture of hook_embed: head out of range, got 0, expected no head (this site has none).',
    ],
    ['a head captured twice', capture([1, 1]), 'head 1 is given twice, expected each head once.'],
    ['a pool of half a position', pooled(1.5), 'pool, got 1.5, expected a whole number from 1.'],
    ['a pool of no positions', pooled(0), 'pool, got 0, expected a whole number from 1.'],
    [
      'a pool of rows',
      pooled(2, 'blocks.0.attn.hook_z'),
      'pool, got 2, expected 1, since it is of scores and patterns.',
    ],
    ['no captured head', capture([]), 'no heads, expected at least one.'],
    [
      'a rewrite of no head',
      rewrite({ head: 9 }),
      'rewrite of layer 0: head out of range, got 9, expected 0..3.',
    ],
  ];
  it.each(bad)('%s', (_, run, message) => {
    const short: Run = { id: 'short', tokens: [1, 2] };
    expect(() => resolveRuns(gpt2, [short, { id: 'a', tokens, ...run }])).toThrow(message);
  });

  it('a mask that leaves a key, or whose key is allowed again, can be', () => {
    const masks: Mask[] = [
      { layer: 0, queries: [0, 1, 2], keys: [0] },
      { layer: 0, queries: [0], keys: [1], op: 'allow' },
      { layer: 1, queries: [1], keys: [0, 1], value: -50 },
    ];
    expect(resolveRuns(gpt2, [{ id: 'a', tokens, masks }])[0]!.own).toHaveLength(3);
    expect(() => resolveRuns(gpt2, [{ id: 'a', tokens, masks: masks.slice(0, 1) }])).toThrow('leave query 0');
  });

  it('a mask of a base counts for the run that adds another', () => {
    const runs: Run[] = [
      { id: 'a', tokens, masks: [{ layer: 0, queries: [1], keys: [0] }] },
      { id: 'b', base: 'a', masks: [{ layer: 0, queries: [1], keys: [1] }] },
    ];
    expect(() => resolveRuns(gpt2, runs)).toThrow("run 'b': masks of layer 0 leave query 1 of head 0 no key");
  });

  it('looks ahead only where a query may see a later key', () => {
    const ahead = (run: Partial<Run>) =>
      resolveRuns(gpt2, [{ id: 'a', tokens, ...run }])[0]!.own[0]!.looksAhead;
    const scores = (change: Partial<Edit>) =>
      ahead(edit({ site: 'blocks.0.attn.hook_attn_scores', head: 0, ...change }));
    expect(ahead(mask({ queries: [1], keys: [0, 2] }))).toBe(false);
    expect(ahead(mask({ value: -2 }))).toBe(false);
    expect(ahead(mask({ op: 'allow', keys: [0, 1] }))).toBe(false);
    expect(ahead(mask({ op: 'allow', queries: [1], keys: [2] }))).toBe(true);
    expect(ahead(rewrite({ kind: 'reversed' }))).toBe(false);
    expect(scores({})).toBe(true);
    expect(scores({ columns: [0, 2] })).toBe(false);
    expect(ahead(edit({ columns: [3, 9] }))).toBe(false);
  });
});

describe('rows of a source', () => {
  const runs = (rows: readonly number[] | undefined, length = 3): Run[] => [
    { id: 'other', tokens: tokens.slice(0, length) },
    {
      id: 'a',
      tokens,
      edits: [
        {
          site: 'blocks.0.hook_resid_post',
          rows: [2, 1],
          op: 'set',
          source: { kind: 'run', run: 'other', ...(rows ? { rows } : {}) },
        },
      ],
    },
  ];
  const sourceOf = (rows: readonly number[] | undefined, length?: number) =>
    resolveRuns(gpt2, runs(rows, length))[1]!.own[0]!.source;

  it('that are its own rows need not be given', () => {
    expect(sourceOf([2, 1])).toEqual(sourceOf(undefined));
  });

  it('are kept where they are others, or of a run of another length', () => {
    const site = 'blocks.1.hook_resid_pre';
    expect(sourceOf([1, 2])).toEqual({ kind: 'run', run: 'other', site, rows: [1, 2] });
    expect(sourceOf([1, 1], 2)).toEqual({ kind: 'run', run: 'other', site, rows: [1, 1] });
  });

  it('of a pattern may be mixed up where the prompts are as long', () => {
    const site = 'blocks.0.attn.hook_pattern';
    const mixed = runs([0, 1]).map((run) => ({
      ...run,
      edits: run.edits?.map((edit) => ({ ...edit, site })) ?? [],
    }));
    expect(resolveRuns(gpt2, mixed)[1]!.own[0]!.source).toMatchObject({ rows: [0, 1], site });
  });
});

describe('positions', () => {
  it('are those of the tokens, one array for all runs, until a run says otherwise', () => {
    const [a, b, c, d] = resolveRuns(gpt2, [
      { id: 'a', tokens },
      { id: 'b', tokens: [3, 2, 1], positions: [] },
      {
        id: 'c',
        base: 'a',
        positions: [
          { rows: [0, 2], positions: [7, 7] },
          { rows: [2], positions: [4] },
        ],
      },
      { id: 'd', base: 'c', positions: [{ rows: [1], positions: [0] }] },
    ]);
    expect(a!.positions).toEqual([0, 1, 2]);
    expect(b!.positions).toBe(a!.positions);
    expect([c!.positions, d!.positions]).toEqual([
      [7, 1, 4],
      [7, 0, 4],
    ]);
    expect([a, b, c, d].map((run) => run!.intervenes)).toEqual([false, false, true, true]);
  });
});
