/**
 * Causal models as string diagrams (Jacobs, Kissinger and Zanasi 2019, "Causal inference by string
 * diagram surgery"). A box makes one variable from its input wires; a wire may be copied, and
 * leaves the diagram unless hidden. The diagram means a joint distribution (`interpret`).
 */
import { assert } from '../../src/util/assert';
import {
  assignment,
  checkDistribution,
  type Distribution,
  marginal,
  placeOf,
  sizeOf,
  type Variable,
} from './distribution';

export interface Wire {
  /** The variable on the wire. */
  readonly from: string;
  /**
   * For a cut wire: probabilities of the value that the box receives instead. `from` remains, so
   * cutting it again changes nothing more.
   */
  readonly state?: readonly number[];
}

export interface Box extends Variable {
  readonly inputs: readonly Wire[];
  /** P(value | inputs), row-major [inputs..., value]; a root (no inputs) has one row. */
  readonly table: readonly number[];
  /** Its wire stays inside the diagram: an unmeasured cause. */
  readonly hidden?: boolean;
}

export interface Diagram {
  /** Causes before effects. */
  readonly boxes: readonly Box[];
}

/** The box of a variable. Throws one sentence if there is none. */
export function boxOf({ boxes }: Diagram, name: string): Box {
  const found = boxes.find((box) => box.name === name);
  const all = boxes.map((box) => box.name).join(', ');
  assert(found, `diagram: no such variable, got '${name}', expected one of ${all}.`);
  return found;
}

/** Checks that wires come from earlier boxes, and that every table row is a distribution. */
export function diagram(boxes: readonly Box[]): Diagram {
  for (const [i, { name, size, inputs, table }] of boxes.entries()) {
    const before = { boxes: boxes.slice(0, i) };
    const where = `box ${name}`;
    assert(!before.boxes.some((box) => box.name === name), `${where}: is there twice, expected once.`);
    assert(Number.isInteger(size) && size > 0, `${where}: has no values, got ${size}, expected at least 1.`);
    const sources = inputs.map(({ from }) => boxOf(before, from));
    const rows = sizeOf(sources);
    assert(
      table.length === rows * size,
      `${where}: table of the wrong length, got ${table.length}, expected ${rows} x ${size}.`,
    );
    for (let row = 0; row < rows; row++)
      checkDistribution(table.slice(row * size, (row + 1) * size), size, `${where}, row ${row}`);
    for (const [k, { state, from }] of inputs.entries())
      if (state) checkDistribution(state, sources[k]!.size, `${where}, cut wire from ${from}`);
  }
  return { boxes };
}

/** P(value | earlier boxes): one table row, averaged over its cut wires. */
function given(box: Box, before: readonly Variable[], values: readonly number[]): Float64Array {
  const sources = box.inputs.map(({ from }) => before.findIndex(({ name }) => name === from));
  const wires = sources.map((at) => before[at]!);
  const row = new Float64Array(box.size);
  for (let place = 0; place < sizeOf(wires); place++) {
    const carried = assignment(wires, place);
    const weight = box.inputs.reduce((product, { state }, k) => {
      if (state) return product * state[carried[k]!]!;
      return carried[k] === values[sources[k]!] ? product : 0;
    }, 1);
    if (weight > 0)
      for (let value = 0; value < box.size; value++)
        row[value]! += weight * box.table[place * box.size + value]!;
  }
  return row;
}

/** The joint distribution of all variables, including hidden ones. */
export function interpretAll({ boxes }: Diagram): Distribution {
  let joint: Distribution = { variables: [], p: Float64Array.of(1) };
  for (const box of boxes) {
    const before = joint.variables;
    const variables = [...before, { name: box.name, size: box.size }];
    const p = new Float64Array(sizeOf(variables));
    for (const [index, mass] of joint.p.entries()) {
      const values = assignment(before, index);
      const row = given(box, before, values);
      for (const [value, share] of row.entries()) p[placeOf(variables, [...values, value])] = mass * share;
    }
    joint = { variables, p };
  }
  return joint;
}

/** The diagram's meaning: the joint distribution of visible variables, in box order. */
export function interpret(of: Diagram): Distribution {
  const observed = of.boxes.filter(({ hidden }) => !hidden).map(({ name }) => name);
  return marginal(interpretAll(of), observed);
}
