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
    expect(view.cells[1]!.map((cell) => cell.text)).toEqual(['·b', 'd']);
    expect(view.cells[1]![1]!.strength).toBe(0.4);
    expect(view.cells[1]![0]!.label).toContain('embedding');
  });
});
