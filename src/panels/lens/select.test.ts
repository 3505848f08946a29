import { describe, expect, it } from 'vitest';
import { isMasked, strengthOf } from '../../view/marks/data';
import { barOfLens, selectFollowed, selectLens } from './select';

describe('selectLens', () => {
  it('turns [layer][position] into rows of positions, the embedding first', () => {
    const cells = [
      [
        { id: 0, text: 'a', p: 0.1 },
        { id: 1, text: ' b', p: 0.2 },
      ],
      [
        { id: 2, text: 'c', p: 0.3 },
        { id: 3, text: 'd', p: 0.4 },
      ],
    ];
    const view = selectLens([{ text: 'BOS' }, { text: '·x' }], cells);
    expect(view.columns).toEqual(['emb', '0']);
    expect([0, 1].map((column) => view.cell(1, column).text)).toEqual(['·b', 'd']);
    expect(view.cell(1, 1).value).toBe(0.4);
    expect(view.cell(1, 0).label).toContain('embedding');
  });

  it('has no cell where a lens has no matrix', () => {
    const cells = [null, [{ id: 2, text: 'c', p: 0.3, followed: { p: 0.1, rank: 3 } }]];
    const rows = [{ text: 'BOS' }];
    for (const view of [
      selectLens(rows, cells),
      selectFollowed(rows, cells, { id: 2, text: 'c', by: 'p' }),
    ]) {
      expect(isMasked(view.cell(0, 0))).toBe(true);
      expect(view.cell(0, 0).label).toBe('BOS, embedding: no matrix in this lens');
      expect(isMasked(view.cell(0, 1))).toBe(false);
    }
  });

  it('follows one token: its probability, or its rank on a logarithmic scale that ends at 0', () => {
    const cells = [[{ followed: { p: 0.001, rank: 999 } }], [{ followed: { p: 0.5, rank: 0 } }]];
    const token = { id: 7, text: ' Paris' };
    const shares = selectFollowed([{ text: '·is' }], cells, { ...token, by: 'p' });
    expect([0, 1].map((column) => shares.cell(0, column).value)).toEqual([0.001, 0.5]);
    const ranks = selectFollowed([{ text: '·is' }], cells, { ...token, by: 'rank' });
    expect([0, 1].map((column) => ranks.cell(0, column).text)).toEqual(['999', '0']);
    expect(ranks.cell(0, 0).label).toMatch(/^·is, embedding: ·Paris .*, rank 999$/);
    // The first rank has the strongest colour.
    const strengths = [0, 1].map((column) => strengthOf(ranks, ranks.cell(0, column).value));
    expect(strengths[0]).toBeCloseTo(0, 12);
    expect(strengths[1]).toBe(1);
    const { marks, caption } = barOfLens(ranks, { ...token, by: 'rank' });
    expect(caption).toBe('rank of ·Paris, 0 is first');
    expect(marks.map(({ text }) => text)).toEqual(['0', '9', '99', '999']);
  });
});
