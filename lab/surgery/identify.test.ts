import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut } from './cut';
import { type Diagram, diagram, interpret } from './diagram';
import { disintegrate, distribution, marginal } from './distribution';
import { combDisintegration, frontDoor, joined } from './identify';
import { boxes, enumerate } from './testing';

const NAMES = ['A', 'B', 'C'] as const;

/** Jacobs, Kissinger and Zanasi's joint distribution of smoking, tar and cancer. */
const smoking = distribution(
  ['smoking', 'tar', 'cancer'].map((name) => ({ name, size: 2 })),
  [0.5, 0.1, 0.01, 0.02, 0.1, 0.05, 0.02, 0.2],
);
const SMOKING = ['smoking', 'tar', 'cancer'] as const;

/** A -> B -> C with a hidden cause of A and C; sizes 2 or 3. */
const frontDoors: fc.Arbitrary<Diagram> = fc
  .array(fc.integer({ min: 2, max: 3 }), { minLength: 4, maxLength: 4 })
  .chain(([h, a, b, c]) => {
    const [H, A, B] = [
      { name: 'H', size: h! },
      { name: 'A', size: a! },
      { name: 'B', size: b! },
    ];
    return fc.tuple(
      boxes('H', h!, [], true),
      boxes('A', a!, [H]),
      boxes('B', b!, [A]),
      boxes('C', c!, [H, B]),
    );
  })
  .map((all) => diagram(all));

describe('the front door', () => {
  it("gives the paper's numbers of smoking and cancer, and what is seen without surgery", () => {
    expect(frontDoor(smoking, SMOKING, 0)[1]).toBeCloseTo(0.25347763, 8);
    expect(frontDoor(smoking, SMOKING, 1)[1]).toBeCloseTo(0.5422973, 8);
    const seen = disintegrate(smoking, ['smoking'], ['cancer']).rows;
    expect(seen[0]![1]).toBeCloseTo(0.190476, 6);
    expect(seen[1]![1]).toBeCloseTo(0.675676, 6);
  });

  it('is the formula: sum_b P(b|a) sum_a2 P(a2) P(c|a2,b)', () => {
    const p = (a: number, b: number, c: number) => smoking.p[4 * a + 2 * b + c]!;
    const sum = (f: (x: number) => number) => f(0) + f(1);
    for (const a of [0, 1]) {
      const tar = (b: number) => sum((c) => p(a, b, c)) / sum((x) => sum((c) => p(a, x, c)));
      const cancer = (b: number) =>
        sum(
          (other) => (sum((x) => sum((c) => p(other, x, c))) * p(other, b, 1)) / sum((c) => p(other, b, c)),
        );
      expect(frontDoor(smoking, SMOKING, a)[1]).toBeCloseTo(
        sum((b) => tar(b) * cancer(b)),
        12,
      );
    }
  });

  it('tells from what is seen alone what cutting the cause in the whole model, hidden part and all, gives', () => {
    fc.assert(
      fc.property(frontDoors, fc.nat(1), (model, a) => {
        const identified = frontDoor(interpret(model), NAMES, a);
        const intervened = marginal(interpret(cut(model, 'A', { value: a })), ['C']);
        for (const [c, p] of intervened.p.entries()) {
          expect(identified[c]).toBeCloseTo(p, 10);
          expect(identified[c]).toBeCloseTo(enumerate(model, { C: c }, { A: a }), 10);
        }
      }),
    );
  });

  it('differs from what is seen, where the hidden cause matters', () => {
    const model = diagram([
      { name: 'H', size: 2, inputs: [], table: [0.5, 0.5], hidden: true },
      { name: 'A', size: 2, inputs: [{ from: 'H' }], table: [0.9, 0.1, 0.1, 0.9] },
      { name: 'B', size: 2, inputs: [{ from: 'A' }], table: [0.8, 0.2, 0.2, 0.8] },
      {
        name: 'C',
        size: 2,
        inputs: [{ from: 'H' }, { from: 'B' }],
        table: [0.9, 0.1, 0.8, 0.2, 0.2, 0.8, 0.1, 0.9],
      },
    ]);
    const joint = interpret(model);
    const [low, high] = [0, 1].map((a) => frontDoor(joint, NAMES, a)[1]!) as [number, number];
    const seen = disintegrate(joint, ['A'], ['C']).rows;
    expect(high - low).toBeCloseTo(0.06, 10);
    expect(seen[1]![1]! - seen[0]![1]!).toBeGreaterThan(0.5);
  });
});

describe('the comb disintegration', () => {
  it('joined again is the joint distribution, and discarding C leaves P(a) whatever b is', () => {
    fc.assert(
      fc.property(frontDoors, (model) => {
        const joint = interpret(model);
        const parts = combDisintegration(joint, NAMES);
        const again = interpret(joined(parts));
        expect(again.variables).toEqual(joint.variables);
        for (const [i, p] of again.p.entries()) expect(p).toBeCloseTo(joint.p[i]!, 12);
        const [A, C] = parts.comb.to;
        const prior = marginal(joint, ['A']).p;
        for (const row of parts.comb.rows)
          for (let a = 0; a < A!.size; a++) {
            const mass = row.subarray(a * C!.size, (a + 1) * C!.size).reduce((sum, p) => sum + p, 0);
            expect(mass).toBeCloseTo(prior[a]!, 12);
          }
      }),
    );
  });

  it('is refused where a pair is never seen, and of one variable twice', () => {
    const never = distribution(smoking.variables, [0.5, 0.1, 0, 0, 0.1, 0.05, 0.05, 0.2]);
    expect(() => frontDoor(never, SMOKING, 0)).toThrow(
      'disintegration: tar = 1, smoking = 0 never happens, so nothing is known of cancer given it.',
    );
    expect(() => frontDoor(smoking, ['tar', 'tar', 'cancer'], 0)).toThrow('expected three variables');
    expect(() => marginal(smoking, ['age'])).toThrow(
      "no such variable, got 'age', expected one of smoking, tar",
    );
  });
});
