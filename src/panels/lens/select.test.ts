import { describe, expect, it } from 'vitest';
import { selectLens } from './select';

describe('selectLens', () => {
  it('turns [layer][position] into rows of positions, the embedding first', () => {
    const cells = [
      [
        { text: 'a', p: 0.1 },
        { text: ' b', p: 0.2 },
      ],
      [
        { text: 'c', p: 0.3 },
        { text: 'd', p: 0.4 },
      ],
    ];
    const view = selectLens([{ text: 'BOS' }, { text: '·x' }], cells);
    expect(view.columns).toEqual(['emb', '0']);
    expect([0, 1].map((column) => view.cell(1, column).text)).toEqual(['·b', 'd']);
    expect(view.cell(1, 1).value).toBe(0.4);
    expect(view.cell(1, 0).label).toContain('embedding');
  });
});
