/**
 * Surgery: replaces a part of a causal model. For a box this is Pearl's do(X = x); for one wire it
 * is a transformer's cut edge: its reader gets something else, other readers still see the
 * variable.
 */
import { assert } from '../../src/util/assert';
import { type Box, boxOf, type Diagram, diagram, interpretAll } from './diagram';
import { checkDistribution, marginal } from './distribution';

/** The replacement: a constant, uniform, the variable's marginal, or given probabilities. */
export type Replacement =
  | { readonly value: number }
  | 'uniform'
  | 'marginal'
  | { readonly state: readonly number[] };

/**
 * do(variable): discards its box's input wires and puts a state there. The new box is a root, so
 * the variable no longer depends on its causes.
 */
export function cut(from: Diagram, variable: string, replacement: Replacement): Diagram {
  const table = stateOf(from, variable, replacement);
  return withBox(from, { ...boxOf(from, variable), inputs: [], table });
}

/** Replaces only what `to` reads of `from`. Cutting a cut wire replaces its value. */
export function cutWire(
  of: Diagram,
  { from, to }: { readonly from: string; readonly to: string },
  replacement: Replacement,
): Diagram {
  const box = boxOf(of, to);
  assert(
    box.inputs.some((wire) => wire.from === from),
    `surgery: no wire from ${from} to ${to}, expected one of ${box.inputs.map((wire) => wire.from).join(', ')}.`,
  );
  const state = stateOf(of, from, replacement);
  return withBox(of, {
    ...box,
    inputs: box.inputs.map((wire) => (wire.from === from ? { from, state } : wire)),
  });
}

const withBox = ({ boxes }: Diagram, changed: Box): Diagram =>
  diagram(boxes.map((box) => (box.name === changed.name ? changed : box)));

function stateOf(of: Diagram, variable: string, replacement: Replacement): number[] {
  const { size } = boxOf(of, variable);
  if (replacement === 'uniform') return Array.from({ length: size }, () => 1 / size);
  if (replacement === 'marginal') return [...marginal(interpretAll(of), [variable]).p];
  if ('state' in replacement) {
    checkDistribution(replacement.state, size, `surgery on ${variable}`);
    return [...replacement.state];
  }
  const { value } = replacement;
  assert(
    Number.isInteger(value) && value >= 0 && value < size,
    `surgery on ${variable}: no such value, got ${value}, expected 0..${size - 1}.`,
  );
  return Array.from({ length: size }, (_, i) => (i === value ? 1 : 0));
}
