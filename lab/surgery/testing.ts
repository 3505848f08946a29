/** Random causal models and their plain enumeration, for tests. */
import fc from 'fast-check';
import { type Box, type Diagram, diagram } from './diagram';

/** Positive weights, normalised: every value has positive probability. */
export const states = (size: number): fc.Arbitrary<number[]> =>
  fc
    .array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: size, maxLength: size })
    .map((weights) => {
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return weights.map((weight) => weight / sum);
    });

/** A box with a random table. */
export function boxes(
  name: string,
  size: number,
  inputs: readonly Pick<Box, 'name' | 'size'>[],
  hidden = false,
): fc.Arbitrary<Box> {
  const rows = inputs.reduce((product, input) => product * input.size, 1);
  return fc.array(states(size), { minLength: rows, maxLength: rows }).map((table) => ({
    name,
    size,
    inputs: inputs.map((input) => ({ from: input.name })),
    table: table.flat(),
    ...(hidden ? { hidden } : {}),
  }));
}

/** Two to five variables of two or three values, with earlier causes; roots may be hidden. */
export const diagrams: fc.Arbitrary<Diagram> = fc
  .array(fc.record({ size: fc.integer({ min: 2, max: 3 }), mask: fc.nat(15), hidden: fc.boolean() }), {
    minLength: 2,
    maxLength: 5,
  })
  .chain((shapes) => {
    const variables = shapes.map(({ size }, i) => ({ name: `x${i}`, size }));
    const all = shapes.map(({ mask, hidden }, i) => {
      const inputs = variables.slice(0, i).filter((_, k) => (mask >> k) % 2 === 1);
      return boxes(`x${i}`, variables[i]!.size, inputs, hidden && inputs.length === 0);
    });
    return fc.tuple(...all);
  })
  .map((all) => diagram(all));

/**
 * P(an event) by summing products of table entries over all assignments. `forced`: variables with
 * fixed values, whose tables are omitted (truncated factorisation).
 */
export function enumerate(
  { boxes: all }: Diagram,
  event: Readonly<Record<string, number>>,
  forced: Readonly<Record<string, number>> = {},
): number {
  const chosen: Record<string, number> = {};
  const go = (i: number): number => {
    const box = all[i];
    if (!box) return Object.entries(event).every(([name, value]) => chosen[name] === value) ? 1 : 0;
    let total = 0;
    for (let value = 0; value < box.size; value++) {
      if (box.name in forced && forced[box.name] !== value) continue;
      chosen[box.name] = value;
      let row = 0;
      for (const { from } of box.inputs)
        row = row * all.find(({ name }) => name === from)!.size + chosen[from]!;
      const p = box.name in forced ? 1 : box.table[row * box.size + value]!;
      total += p * go(i + 1);
    }
    return total;
  };
  return go(0);
}
