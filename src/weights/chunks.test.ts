import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesPerWeight, chunkRows } from './chunks';

describe('a weight cut by rows', () => {
  it('is covered once, in order, by chunks that fit a binding and begin at whole words', () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 400 }),
      width: fc.integer({ min: 1, max: 40 }),
      limit: fc.integer({ min: 320, max: 4000 }),
      format: fc.constantFrom('f32' as const, 'f16' as const),
    });
    fc.assert(
      fc.property(sizes, ({ rows, width, limit, format }) => {
        const chunks = chunkRows('w', rows, width, limit, format);
        const bytes = bytesPerWeight(format) * width;
        let next = 0;
        for (const chunk of chunks) {
          expect(chunk.first).toBe(next);
          expect(chunk.rows).toBeGreaterThan(0);
          expect(chunk.rows * bytes).toBeLessThanOrEqual(limit);
          expect((chunk.first * bytes) % 4).toBe(0);
          next += chunk.rows;
        }
        expect(next).toBe(rows);
        expect(new Set(chunks.map(({ tensor }) => tensor)).size).toBe(chunks.length);
      }),
    );
  });

  it('keeps its plain name in one piece, else has numbered ones', () => {
    expect(chunkRows('w', 10, 4, 160, 'f32')).toEqual([{ tensor: 'w', first: 0, rows: 10 }]);
    expect(chunkRows('w', 10, 4, 64, 'f32')).toEqual([
      { tensor: 'w#0', first: 0, rows: 4 },
      { tensor: 'w#1', first: 4, rows: 4 },
      { tensor: 'w#2', first: 8, rows: 2 },
    ]);
  });

  it('is refused if a row does not fit', () => {
    expect(() => chunkRows('embed.W_E', 10, 100, 399, 'f32')).toThrow(
      'weights: one row of embed.W_E needs 400 bytes, got a limit of 399 bytes per binding.',
    );
    // A row with an odd number of halves would fit, but the next chunk would begin inside a word.
    expect(() => chunkRows('w', 10, 101, 250, 'f16')).toThrow(/^weights: one row of w needs/);
  });
});
