/**
 * Iterative removal of features (IROF, Rieger & Hansen 2020): replaces the input's segments by the
 * mean colour, most attributed first, and tracks the label's probability. Reports the area under
 * the curve: smaller is better. (The authors take the area over it.)
 */
import { assert } from '../../src/util/assert';
import { mean } from '../../src/statistics/stats';
import { logSoftmax } from '../../src/util/distribution';
import { forward, logitsOf } from './forward';
import type { Net } from './net';

/** Segment of each pixel [H, W]: squares of `side`, row by row. */
export function gridSegments(height: number, width: number, side: number): Int32Array {
  const across = Math.ceil(width / side);
  return Int32Array.from(
    { length: height * width },
    (_, p) => Math.floor(Math.floor(p / width) / side) * across + Math.floor((p % width) / side),
  );
}

export interface Removal {
  /** Segments by mean |attribution|, largest first. */
  readonly order: readonly number[];
  /** p / p0 after removing 0, 1, 2, ... segments. */
  readonly curve: Float64Array;
  /** Area under the curve over the share of segments removed (trapezoids). */
  readonly area: number;
}

/**
 * `sample` [C, H, W]; `attribution` and `segments` [H, W], segments numbered from 0 without gaps.
 * Throws one sentence if the net's input is not planes.
 */
export function removeSegments(
  net: Net,
  sample: ArrayLike<number>,
  label: number,
  attribution: ArrayLike<number>,
  segments: Int32Array,
): Removal {
  assert(net.input.length === 3, `IROF: the input has no planes, got [${net.input}], expected [C, H, W].`);
  const order = segmentOrder(attribution, segments);
  const rows = [Float64Array.from(sample, Number)];
  const colours = channelMeans(rows[0]!, net.input[0]!);
  for (const segment of order) rows.push(filled(rows.at(-1)!, segments, segment, colours));
  const probabilities = labelProbabilities(net, rows, label);
  const curve = probabilities.map((p) => p / probabilities[0]!);
  const steps = order.length;
  const area = curve.reduce((sum, value, k) => sum + (k === 0 || k === steps ? value / 2 : value), 0) / steps;
  return { order, curve, area };
}

function segmentOrder(attribution: ArrayLike<number>, segments: Int32Array): number[] {
  const count = segments.reduce((most, segment) => Math.max(most, segment), 0) + 1;
  const values = Array.from({ length: count }, (): number[] => []);
  segments.forEach((segment, p) => {
    values[segment]!.push(Math.abs(attribution[p]!));
  });
  const means = values.map(mean);
  return means.map((_, s) => s).sort((a, b) => means[b]! - means[a]! || a - b);
}

function channelMeans(sample: Float64Array, channels: number): number[] {
  const plane = sample.length / channels;
  return Array.from({ length: channels }, (_, c) => mean(sample.subarray(c * plane, (c + 1) * plane)));
}

function filled(
  sample: Float64Array,
  segments: Int32Array,
  segment: number,
  colours: readonly number[],
): Float64Array<ArrayBuffer> {
  return Float64Array.from(sample, (value, p) =>
    segments[p % segments.length] === segment ? colours[Math.floor(p / segments.length)]! : value,
  );
}

function labelProbabilities(net: Net, rows: readonly Float64Array[], label: number): Float64Array {
  const { logits } = forward(net, rows);
  const classes = logits.length / rows.length;
  return Float64Array.from(rows, (_, r) => Math.exp(logSoftmax(logitsOf(logits, classes, r))[label]!));
}
