/**
 * The edits of a run at one site as numbers per cell: x becomes `value` where `mask` is set, and
 * gain * x + shift elsewhere. Any list of edits, in its order, comes down to that.
 */
import type { NetSite, NetSpec } from '../../model/net';
import { elements } from '../../util/elements';
import type { NetEdit } from '../../model/netRun';
import { range } from '../../util/range';

/** Cells of a site's shape, or of [C, 1, 1] if edits treat all places of a channel alike. */
export interface EditTable {
  readonly shape: readonly number[];
  readonly mask: Uint8Array;
  readonly value: Float32Array;
  readonly gain: Float32Array;
  readonly shift: Float32Array;
}

/** The axis of channels, and those of rows and columns if the site is a map. */
interface Axes {
  readonly channel: number;
  readonly row: number | null;
  readonly column: number | null;
}

function axesOf({ input, sites }: NetSpec, site: NetSite): Axes {
  if (site.shape.length !== 3) return { channel: 0, row: null, column: null };
  const isLast = site.name === sites[0]!.name && input.layout === 'NHWC';
  return isLast ? { channel: 2, row: 0, column: 1 } : { channel: 0, row: 1, column: 2 };
}

/** The shape of the tables of all edits at this site in one request. */
export function tableShape(spec: NetSpec, site: NetSite, edits: readonly NetEdit[]): readonly number[] {
  const isSpread = site.lead !== 1 || edits.some(({ box, source }) => box || source?.kind === 'image');
  const { channel } = axesOf(spec, site);
  const whole = site.lead === 1 ? site.shape : [site.lead, ...site.shape];
  return isSpread ? whole : site.shape.map((size, axis) => (axis === channel ? size : 1));
}

interface Edited {
  readonly spec: NetSpec;
  readonly site: NetSite;
  /** Of `tableShape`. */
  readonly shape: readonly number[];
  /** The site's values for an image without edits. */
  base(image: number): Float32Array;
}

/** Throws one sentence for an edit that does not fit. */
export function editTable({ spec, site, shape, base }: Edited, edits: readonly NetEdit[]): EditTable {
  const size = elements(shape);
  const [mask, value] = [new Uint8Array(size), new Float32Array(size)];
  const [gain, shift] = [new Float32Array(size).fill(1), new Float32Array(size)];
  for (const edit of edits) {
    const { alpha = 1, op, source } = edit;
    const from = source?.kind === 'image' ? base(source.image) : null;
    for (const [i, c] of cellsOf(spec, site, shape, edit)) {
      const v = from ? from[i]! : sourceValue(source, c);
      if (op === 'set') [mask[i], value[i]] = [1, v];
      else if (op === 'add' && mask[i]) value[i]! += alpha * v;
      else if (op === 'add') shift[i]! += alpha * v;
      else {
        for (const list of [value, gain, shift]) list[i]! *= alpha;
      }
    }
  }
  return { shape, mask, value, gain, shift };
}

/** 0 for a scale, which needs none. */
function sourceValue(source: NetEdit['source'], channel: number): number {
  if (source?.kind === 'constant') return source.value;
  return source?.kind === 'vector' ? source.values[channel]! : 0;
}

/** Each selected cell, with the place of its channel among the selected ones. */
function* cellsOf(
  spec: NetSpec,
  site: NetSite,
  shape: readonly number[],
  { channels, box, op, source, alpha = 1 }: NetEdit,
): Generator<readonly [cell: number, channel: number]> {
  const axes = axesOf(spec, site);
  const refuse = (what: string, got: unknown, expected: string): never => {
    throw new Error(`edit: ${site.name}: ${what}, got ${String(got)}, expected ${expected}.`);
  };
  const count = site.shape[axes.channel]!;
  const chosen = channels ?? range(0, count);
  const lost = chosen.find((c) => !(Number.isInteger(c) && c >= 0 && c < count));
  if (lost !== undefined) refuse('no such channel', lost, `0 to ${count - 1}`);
  if (!Number.isFinite(alpha)) refuse('alpha is no number', alpha, 'a finite one');
  if ((op === 'scale') === (source !== undefined))
    refuse(`${op} and its source`, source?.kind ?? 'none', op === 'scale' ? 'none' : 'one');
  if (source?.kind === 'constant' && !Number.isFinite(source.value))
    refuse('value', source.value, 'a finite number');
  if (
    source?.kind === 'vector' &&
    (source.values.length !== chosen.length || !source.values.every(Number.isFinite))
  )
    refuse('values', `${source.values.length} numbers`, `${chosen.length} finite ones, one per channel`);
  if (box && axes.row === null)
    refuse('a box at a site without rows and columns', `[${site.shape}]`, 'a map');
  const [height, width] = [
    axes.row === null ? 1 : site.shape[axes.row]!,
    axes.column === null ? 1 : site.shape[axes.column]!,
  ];
  if (box && !isBoxIn(box, height, width))
    refuse(
      'no such box',
      `rows ${box.top} to ${box.bottom}, columns ${box.left} to ${box.right}`,
      `one within ${height} x ${width}`,
    );

  const place = new Map(chosen.map((c, i) => [c, i]));
  const own = shape.length > site.shape.length ? shape.slice(1) : shape;
  const each = elements(own);
  const strides = own.map((_, axis) => elements(own.slice(axis + 1)));
  const at = (cell: number, axis: number) => Math.floor(cell / strides[axis]!) % own[axis]!;
  for (let cell = 0; cell < elements(shape); cell++) {
    const inner = cell % each;
    const channel = place.get(at(inner, axes.channel));
    if (channel === undefined) continue;
    if (box) {
      const [row, column] = [at(inner, axes.row!), at(inner, axes.column!)];
      if (row < box.top || row >= box.bottom || column < box.left || column >= box.right) continue;
    }
    yield [cell, channel];
  }
}

function isBoxIn(
  { top, left, bottom, right }: NonNullable<NetEdit['box']>,
  height: number,
  width: number,
): boolean {
  const all = [top, left, bottom, right];
  return (
    all.every(Number.isInteger) &&
    top >= 0 &&
    top < bottom &&
    bottom <= height &&
    left >= 0 &&
    left < right &&
    right <= width
  );
}
