/** Runs of a net: whole, keeping every activation, or restarted in the middle. */
import { assert } from '../../src/util/assert';
import { activation, linear } from './layers';
import { type Net, sizeOf } from './net';
import { maxOf } from '../../src/util/lists';
import { range } from '../../src/util/range';

/** A clean run of `rows` samples. */
export interface Run {
  readonly net: Net;
  readonly rows: number;
  /** [rows, input]. */
  readonly input: Float64Array;
  /** Per layer [rows, to]: before the ReLU, and the layer's output. */
  readonly layers: readonly { readonly pre: Float64Array; readonly out: Float64Array }[];
  /** [rows, classes]. */
  readonly logits: Float64Array;
}

/** Runs `samples`, each [input]. Throws one sentence on a wrong size. */
export function forward(net: Net, samples: readonly ArrayLike<number>[]): Run {
  const size = sizeOf(net.input);
  const rows = samples.length;
  const input = new Float64Array(rows * size);
  for (const [r, sample] of samples.entries()) {
    assert(
      sample.length === size,
      `net: sample ${r} does not fit the input, got ${sample.length} numbers, expected ${size} for [${net.input}].`,
    );
    input.set(sample, r * size);
  }
  const layers: { pre: Float64Array; out: Float64Array }[] = [];
  let x: Float64Array = input;
  for (const layer of net.layers) {
    const pre = linear(layer, x, rows);
    x = activation(layer, pre);
    layers.push({ pre, out: x });
  }
  return { net, rows, input, layers, logits: x };
}

/** The logits [rows, classes] from `pre` [rows, to], layer `index` before its ReLU. */
export function restart(net: Net, index: number, pre: Float64Array, rows: number): Float64Array {
  let x = activation(net.layers[index]!, pre);
  for (const layer of net.layers.slice(index + 1)) x = activation(layer, linear(layer, x, rows));
  return x;
}

/** What layer `index` reads, [rows, from]. */
export function inputOf(run: Run, index: number): Float64Array {
  return index === 0 ? run.input : run.layers[index - 1]!.out;
}

/** Number of logits. */
export function classesOf(net: Net): number {
  return net.layers.at(-1)!.to[0]!;
}

/** Rows whose largest logit is that of `label`. */
export function rightRows(run: Run, labels: ArrayLike<number>): number[] {
  const classes = classesOf(run.net);
  return range(0, run.rows).filter((r) => {
    const row = logitsOf(run.logits, classes, r);
    return row[labels[r]!] === maxOf(row);
  });
}

/** Row `r` of logits [rows, classes], as a view. */
export function logitsOf(logits: Float64Array, classes: number, r: number): Float64Array {
  return logits.subarray(r * classes, (r + 1) * classes);
}
