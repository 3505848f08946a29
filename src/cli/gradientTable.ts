/** Gradients at hook sites as a table: how large each is, and where it is largest. */
import type { FoundGradients, LogitScalar } from '../engine/api';
import type { Axis } from '../model/siteKinds';
import { findSite } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import { indicesAt } from '../util/indices';
import { maxOf } from '../util/lists';
import { quoted } from '../util/parse';

type Tensor = FoundGradients['gradients'][string];

/** "the logit difference ' Paris' - ' Oslo' at position 5". */
export function seedText(scalar: LogitScalar, outcome: (id: number) => string): string {
  const at = ` at position ${scalar.row}`;
  const name = (id: number) => quoted(outcome(id));
  if ('token' in scalar) return `${scalar.of === 'prob' ? 'p' : 'log p'}(${name(scalar.token)})${at}`;
  if (scalar.of === 'kl') return `the KL divergence${at}`;
  const [answer, distractor] = scalar.weights.map(([id]) => name(id));
  if (distractor === undefined) return `the logit of ${answer}${at}`;
  return `the logit difference ${answer} - ${distractor}${at}`;
}

/** One line per site, in the order of the gradients. */
export function gradientTable(spec: ModelSpec, gradients: FoundGradients['gradients']): string[] {
  const rows = Object.entries(gradients).map(([name, tensor]) => rowOf(spec, name, tensor));
  const head = ['hook site', 'shape', 'norm', 'largest', 'at'];
  const table = [head, ...rows];
  const widths = head.map((_, column) => maxOf(table.map((row) => row[column]!.length)));
  const isNumber = (column: number) => column === 2 || column === 3;
  return table.map((row) =>
    row
      .map((text, i) => (isNumber(i) ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

function rowOf(spec: ModelSpec, name: string, { shape, data }: Tensor): string[] {
  const norm = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0));
  const largest = data.reduce((most, x, i) => (Math.abs(x) > Math.abs(data[most]!) ? i : most), 0);
  const { axes } = findSite(spec, name);
  return [name, shape.join('x'), number(norm), number(data[largest]!), placeText(axes, shape, largest)];
}

const number = (value: number): string => (value === 0 ? '0' : value.toPrecision(3));

const AXES: Partial<Record<Axis, string>> = {
  T: 'position',
  H: 'head',
  G: 'head',
  S: 'key',
  M: 'neuron',
  V: 'token',
};

/** 'position 4, head 2, column 17'; of scores and patterns 'head 2, query 4, key 1'. */
function placeText(axes: readonly Axis[], shape: readonly number[], place: number): string {
  return indicesAt(shape, place)
    .flatMap((index, a) => {
      const axis = axes[a]!;
      if (axis === '1') return [];
      const isQuery = axis === 'T' && axes.includes('S');
      return [`${isQuery ? 'query' : (AXES[axis] ?? 'column')} ${index}`];
    })
    .join(', ');
}
