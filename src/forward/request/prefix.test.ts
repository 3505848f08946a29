import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { prefixRuns } from './prefix';
import { createReferenceForward } from '../reference/forward';
import { loadGolden } from '../testing';
import type { Run } from './types';

const metric = { row: 2, answer: 5, distractor: 9 };
const site = 'blocks.0.hook_resid_post';

const caseOf = (tokens: number[], other: number[]): Run[] => [
  { id: 'clean', tokens },
  { id: 'other', tokens: other },
  {
    id: 'patched',
    unit: 'patch',
    base: 'clean',
    edits: [
      { site, rows: [1], op: 'set', source: { kind: 'run', run: 'other' } },
      { site, rows: [2], op: 'lerp', alpha: 0.5, source: { kind: 'mean', runs: ['clean', 'other'] } },
      { site, rows: [0], op: 'scale', alpha: 0.5 },
    ],
    masks: [{ layer: 1, queries: [2], keys: [0] }],
    metric,
  },
];

it('two cases in one request give what each gives alone', async () => {
  const golden = await loadGolden('tiny-a', async (path) => new Uint8Array(await readFile(path)).buffer);
  const forward = createReferenceForward(golden.spec, (name) => golden.weights.get(name)!);
  const cases = [caseOf([1, 2, 3], [1, 4, 3]), caseOf([9, 8, 7], [6, 8, 7])];
  const together = await forward({
    runs: cases.flatMap((runs, i) => prefixRuns(runs, `${i}/`)),
    reuse: 'naive',
  });
  for (const [i, runs] of cases.entries()) {
    const alone = await forward({ runs, reuse: 'naive' });
    for (const { id } of runs) expect(together.runs[`${i}/${id}`]).toEqual(alone.runs[id]);
  }
  expect(together.runs['0/patched']).not.toEqual(together.runs['1/patched']);
});

it('keeps units, and one list of edits stays one list', () => {
  const edits = [{ site, rows: [1], op: 'scale' as const, alpha: 0 }];
  const runs = prefixRuns(
    [...caseOf([1, 2, 3], [1, 4, 3]), { id: 'a', base: 'clean', edits }, { id: 'b', base: 'clean', edits }],
    'x.',
  );
  expect(runs.map(({ id, base, unit }) => [id, base, unit])).toEqual([
    ['x.clean', undefined, undefined],
    ['x.other', undefined, undefined],
    ['x.patched', 'x.clean', 'patch'],
    ['x.a', 'x.clean', undefined],
    ['x.b', 'x.clean', undefined],
  ]);
  expect(runs[3]!.edits).toBe(runs[4]!.edits);
});
