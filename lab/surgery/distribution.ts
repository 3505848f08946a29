/**
 * Joint distributions of finite variables, in float64. A variable's values are 0, 1, ...;
 * probabilities are row-major in variable order.
 */
import { assert } from '../../src/util/assert';

export interface Variable {
  readonly name: string;
  /** Number of values. */
  readonly size: number;
}

export interface Distribution {
  readonly variables: readonly Variable[];
  readonly p: Float64Array;
}

/** P(to | from): a stochastic matrix, a row per assignment of `from`, a column per one of `to`. */
export interface Channel {
  readonly from: readonly Variable[];
  readonly to: readonly Variable[];
  readonly rows: readonly Float64Array[];
}

/** Tolerance of sums of probabilities. */
const TOLERANCE = 1e-9;

export const sizeOf = (variables: readonly Variable[]): number =>
  variables.reduce((product, { size }) => product * size, 1);

/** Throws one sentence naming `where` unless `p` is a distribution over `size` values. */
export function checkDistribution(p: ArrayLike<number>, size: number, where: string): void {
  const values = Array.from(p);
  assert(values.length === size, `${where}: wrong length, got ${values.length}, expected ${size}.`);
  const bad = values.find((value) => !(value >= 0));
  assert(bad === undefined, `${where}: a probability is below 0 or no number, got ${bad}.`);
  const sum = values.reduce((total, value) => total + value, 0);
  assert(Math.abs(sum - 1) <= TOLERANCE, `${where}: probabilities do not sum to 1, got ${sum}.`);
}

export function distribution(variables: readonly Variable[], p: ArrayLike<number>): Distribution {
  checkDistribution(p, sizeOf(variables), 'distribution');
  return { variables, p: Float64Array.from(p) };
}

/** The values of `variables` at `index` of a row-major array over them. */
export function assignment(variables: readonly Variable[], index: number): number[] {
  let rest = index;
  return [...variables]
    .reverse()
    .map(({ size }) => {
      const value = rest % size;
      rest = (rest - value) / size;
      return value;
    })
    .reverse();
}

/** The inverse of `assignment`. */
export const placeOf = (variables: readonly Variable[], values: readonly number[]): number =>
  variables.reduce((place, { size }, i) => place * size + values[i]!, 0);

function find({ variables }: Distribution, names: readonly string[]): number[] {
  return names.map((name, i) => {
    const at = variables.findIndex((variable) => variable.name === name);
    const all = variables.map((variable) => variable.name).join(', ');
    assert(at >= 0, `distribution: no such variable, got '${name}', expected one of ${all}.`);
    assert(names.indexOf(name) === i, `distribution: variable '${name}' is given twice, expected once.`);
    return at;
  });
}

/** Marginalises to `names`, in their order. */
export function marginal(joint: Distribution, names: readonly string[]): Distribution {
  const at = find(joint, names);
  const variables = at.map((i) => joint.variables[i]!);
  const p = new Float64Array(sizeOf(variables));
  for (const [index, mass] of joint.p.entries()) {
    const values = assignment(joint.variables, index);
    const kept = at.map((i) => values[i]!);
    p[placeOf(variables, kept)]! += mass;
  }
  return { variables, p };
}

/** P(to | from). Throws one sentence if an assignment of `from` has probability 0. */
export function disintegrate(joint: Distribution, from: readonly string[], to: readonly string[]): Channel {
  const both = marginal(joint, [...from, ...to]);
  const inputs = both.variables.slice(0, from.length);
  const outputs = both.variables.slice(from.length);
  const width = sizeOf(outputs);
  const rows = Array.from({ length: sizeOf(inputs) }, (_, row) => {
    const cells = both.p.subarray(row * width, (row + 1) * width);
    const mass = cells.reduce((sum, value) => sum + value, 0);
    const given = assignment(inputs, row).map((value, i) => `${from[i]} = ${value}`);
    assert(
      mass > 0,
      `disintegration: ${given.join(', ')} never happens, so nothing is known of ${to.join(', ')} given it.`,
    );
    return cells.map((value) => value / mass);
  });
  return { from: inputs, to: outputs, rows };
}

/** P(the other variables | `name` = `value`). */
export function condition(joint: Distribution, name: string, value: number): Distribution {
  const [at] = find(joint, [name]) as [number];
  const { size } = joint.variables[at]!;
  assert(
    value >= 0 && value < size,
    `condition: no such value of ${name}, got ${value}, expected 0..${size - 1}.`,
  );
  const others = joint.variables.flatMap((other, i) => (i === at ? [] : other.name));
  const channel = disintegrate(joint, [name], others);
  return { variables: channel.to, p: channel.rows[value]! };
}
