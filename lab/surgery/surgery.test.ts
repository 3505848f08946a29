import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, cutWire } from './cut';
import { boxOf, type Diagram, diagram, interpret, interpretAll } from './diagram';
import { assignment, condition, type Distribution, marginal } from './distribution';
import { boxes, diagrams, enumerate, states } from './testing';

function expectSame(found: Distribution, wanted: Distribution): void {
  expect(found.variables).toEqual(wanted.variables);
  for (const [i, p] of found.p.entries()) expect(p).toBeCloseTo(wanted.p[i]!, 12);
}

const observed = ({ boxes: all }: Diagram): string[] =>
  all.filter((box) => !box.hidden).map(({ name }) => name);

/** A diagram, a variable, and a value of it. */
const places = diagrams.chain((of) =>
  fc.record({ of: fc.constant(of), at: fc.nat(of.boxes.length - 1), value: fc.nat(1) }),
);

/** A diagram with a wire, and that wire. */
const wired = diagrams
  .map((of) => ({
    of,
    wires: of.boxes.flatMap(({ name, inputs }) => inputs.map(({ from }) => ({ from, to: name }))),
  }))
  .filter(({ wires }) => wires.length > 0)
  .chain(({ of, wires }) =>
    fc.record({ of: fc.constant(of), wire: fc.constantFrom(...wires), value: fc.nat(1) }),
  );

describe('the meaning of a diagram', () => {
  it('is what going through every assignment gives', () => {
    fc.assert(
      fc.property(diagrams, (of) => {
        const { variables, p } = interpret(of);
        for (const [index, mass] of p.entries()) {
          const values = assignment(variables, index);
          const event = Object.fromEntries(variables.map(({ name }, i) => [name, values[i]!]));
          expect(mass).toBeCloseTo(enumerate(of, event), 12);
        }
      }),
    );
  });

  it.each([
    [[{ name: 'a', size: 2, inputs: [], table: [0.5, 0.4] }], /box a, row 0: probabilities do not sum to 1/],
    [[{ name: 'a', size: 2, inputs: [{ from: 'b' }], table: [0.5, 0.5] }], /no such variable, got 'b'/],
    [[{ name: 'a', size: 2, inputs: [], table: [1] }], /table of the wrong length, got 1, expected 1 x 2/],
    [[{ name: 'a', size: 2, inputs: [], table: [-1, 2] }], /below 0 or no number, got -1/],
  ])('is refused in one sentence: %j', (all, sentence) => {
    expect(() => diagram(all)).toThrow(sentence);
  });
});

describe('surgery on a variable', () => {
  it('is the truncated factorisation: its own table left out, all others as they were', () => {
    fc.assert(
      fc.property(places, ({ of, at, value }) => {
        const { name } = of.boxes[at]!;
        const { variables, p } = interpretAll(cut(of, name, { value }));
        for (const [index, mass] of p.entries()) {
          const values = assignment(variables, index);
          const event = Object.fromEntries(variables.map((variable, i) => [variable.name, values[i]!]));
          expect(mass).toBeCloseTo(enumerate(of, event, { [name]: value }), 12);
        }
      }),
    );
  });

  it('twice is surgery once', () => {
    fc.assert(
      fc.property(places, ({ of, at, value }) => {
        const { name } = of.boxes[at]!;
        for (const replacement of [{ value }, 'uniform'] as const) {
          const once = cut(of, name, replacement);
          expect(cut(once, name, replacement)).toEqual(once);
        }
        const once = cut(of, name, 'marginal');
        expectSame(interpret(cut(once, name, 'marginal')), interpret(once));
      }),
    );
  });

  it('on a root is conditioning on it', () => {
    fc.assert(
      fc.property(places, ({ of, at, value }) => {
        const { name, inputs, hidden } = of.boxes[at]!;
        fc.pre(inputs.length === 0 && !hidden);
        const others = observed(of).filter((other) => other !== name);
        const after = marginal(interpret(cut(of, name, { value })), others);
        expectSame(after, condition(interpret(of), name, value));
      }),
    );
  });

  it('on an effect is not: its causes keep their frequencies', () => {
    const rain = diagram([
      { name: 'rain', size: 2, inputs: [], table: [0.7, 0.3] },
      { name: 'wet', size: 2, inputs: [{ from: 'rain' }], table: [0.9, 0.1, 0, 1] },
    ]);
    const before = marginal(interpret(rain), ['rain']);
    expectSame(marginal(interpret(cut(rain, 'wet', { value: 1 })), ['rain']), before);
    expect(condition(interpret(rain), 'wet', 1).p[1]).toBeCloseTo(0.3 / 0.37, 12);
  });

  it('on two variables may be done in either order', () => {
    fc.assert(
      fc.property(places, fc.nat(4), ({ of, at, value }, other) => {
        const [one, two] = [of.boxes[at]!.name, of.boxes[other % of.boxes.length]!.name];
        fc.pre(one !== two);
        const there = cut(cut(of, one, { value }), two, 'uniform');
        expect(cut(cut(of, two, 'uniform'), one, { value })).toEqual(there);
      }),
    );
  });

  it('is cutting all wires to its readers, for everybody but the variable itself', () => {
    fc.assert(
      fc.property(places, ({ of, at, value }) => {
        const { name } = of.boxes[at]!;
        const readers = of.boxes.filter(({ inputs }) => inputs.some(({ from }) => from === name));
        const byWires = readers.reduce(
          (now, { name: to }) => cutWire(now, { from: name, to }, { value }),
          of,
        );
        const others = observed(of).filter((other) => other !== name);
        const after = interpret(cut(of, name, { value }));
        expectSame(marginal(interpret(byWires), others), marginal(after, others));
      }),
    );
  });
});

describe('surgery on one wire', () => {
  it('twice is surgery once, and the later one counts', () => {
    fc.assert(
      fc.property(wired, ({ of, wire, value }) => {
        const once = cutWire(of, wire, { value });
        expect(cutWire(once, wire, { value })).toEqual(once);
        expect(cutWire(cutWire(of, wire, 'uniform'), wire, { value })).toEqual(once);
        const resampled = cutWire(of, wire, 'marginal');
        expectSame(interpret(cutWire(resampled, wire, 'marginal')), interpret(resampled));
      }),
    );
  });

  it('leaves alone what does not come after its reader', () => {
    fc.assert(
      fc.property(wired, ({ of, wire, value }) => {
        const at = of.boxes.findIndex(({ name }) => name === wire.to);
        const before = of.boxes.slice(0, at).map(({ name }) => name);
        const after = cutWire(of, wire, { value });
        expectSame(marginal(interpretAll(after), before), marginal(interpretAll(of), before));
      }),
    );
  });

  it('of all that lead into a variable, to constants, is surgery on the variable', () => {
    fc.assert(
      fc.property(places, ({ of, at, value }) => {
        const { name, inputs, size, table } = of.boxes[at]!;
        const isolated = inputs.reduce((now, { from }) => cutWire(now, { from, to: name }, { value }), of);
        const row = inputs.reduce((place, { from }) => place * boxOf(of, from).size + value, 0);
        const state = table.slice(row * size, (row + 1) * size);
        expectSame(interpret(isolated), interpret(cut(of, name, { state })));
      }),
    );
  });

  it('changes one reader only: another one of the same variable still goes with it', () => {
    const fork = fc
      .tuple(
        states(2),
        boxes('left', 2, [{ name: 'top', size: 2 }]),
        boxes('right', 2, [{ name: 'top', size: 2 }]),
      )
      .map(([top, left, right]) => diagram([{ name: 'top', size: 2, inputs: [], table: top }, left, right]));
    fc.assert(
      fc.property(fork, (of) => {
        const after = interpret(cutWire(of, { from: 'top', to: 'left' }, { value: 1 }));
        expectSame(marginal(after, ['top', 'right']), marginal(interpret(of), ['top', 'right']));
        const left = boxOf(of, 'left').table;
        expect(condition(marginal(after, ['top', 'left']), 'top', 0).p[1]).toBeCloseTo(left[3]!, 12);
      }),
    );
  });

  it('and surgery on a variable are refused where there is nothing to cut', () => {
    const one = diagram([{ name: 'a', size: 2, inputs: [], table: [0.5, 0.5] }]);
    expect(() => cut(one, 'b', 'uniform')).toThrow("diagram: no such variable, got 'b', expected one of a.");
    expect(() => cut(one, 'a', { value: 2 })).toThrow('surgery on a: no such value, got 2, expected 0..1.');
    expect(() => cut(one, 'a', { state: [1] })).toThrow('surgery on a: wrong length, got 1, expected 2.');
    expect(() => cutWire(one, { from: 'a', to: 'a' }, 'uniform')).toThrow('surgery: no wire from a to a');
  });
});
