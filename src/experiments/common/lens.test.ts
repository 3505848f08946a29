import { describe, expect, it } from 'vitest';
import { dot } from '../../util/dot';
import { madeLens, madeMatrix } from '../testing/lens';
import { lensField, pulledBack, refuseOtherLens, transported } from './lens';
import type { ResolveContext } from './prompt';

describe('a question’s Jacobian lens', () => {
  it('carries states with J, and directions back with its transpose', () => {
    const [J, D] = [madeMatrix(0, 5), 5];
    const [h, u] = [
      [1, 2, -1, 0.5, 3],
      [0.2, -1, 1, 4, 2],
    ] as const;
    const [a, b] = [transported(J, [...h, ...u], D), pulledBack(J, u)];
    expect(a).toHaveLength(2 * D);
    expect(dot(b, h)).toBeCloseTo(dot(u, a.slice(0, D)), 12);
    expect(a.slice(D)).toEqual(transported(J, u, D));
  });

  it('is the open one, and no other runs', async () => {
    const lens = { ...madeLens([0, 1]), dModel: 5, skipFirst: 16 };
    const field = lensField((study) => study.reads === true);
    const resolve = (reads: boolean, open: typeof lens | null) =>
      field.resolve!(undefined, { reads } as never, { lens: open, model: { id: 'atlas' } } as ResolveContext);
    expect(await resolve(false, null)).toBeUndefined();
    expect(await resolve(true, lens)).toEqual(madeLens([0, 1]));
    expect(() => resolve(true, null)).toThrow('lens: no Jacobian lens is open');
    const spec = { lens: madeLens([0, 1]) };
    expect(() => refuseOtherLens(spec, lens)).not.toThrow();
    expect(() => refuseOtherLens({}, null)).not.toThrow();
    expect(() => refuseOtherLens(spec, null)).toThrow(
      'lens: this question reads another Jacobian lens, got none open, expected made.pt (0a1b2c3d). Open that one',
    );
    expect(() => refuseOtherLens(spec, { ...lens, sha256: 'ff'.repeat(32), title: 'b.pt' })).toThrow(
      'got b.pt (ffffffff), expected made.pt (0a1b2c3d)',
    );
  });
});
