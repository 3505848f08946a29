/**
 * Every edge of a prompt by one product: what its sender writes less what would replace it, times
 * the gradient at its receiver's input, summed over columns and positions.
 */
import type { CutSource } from '../../../forward/request/types';
import type { RunResult, Tensor } from '../../../forward/request/contract';
import { receiverSite, senderSite } from '../../../model/edgeSites';
import { parseReceiver, parseSender } from '../../../model/edges';
import type { ModelSpec } from '../../../model/spec';
import { cached } from '../../../util/cached';
import { dot } from '../../../util/dot';
import { range } from '../../../util/range';
import type { SearchSpace } from '../searchSpace';

type Runs = Readonly<Record<string, RunResult>>;

/** By site, in the shape of captures. */
type Values = ReadonlyMap<string, Float64Array>;

/** The clean run's values less the replacement's. */
export function differencesOf(runs: Runs, sites: readonly string[], source: CutSource): Values {
  return new Map(
    sites.map((site) => {
      const values = Float64Array.from(capture(runs, 'clean', site).data);
      if (source.kind === 'constant') return [site, values.map((value) => value - source.value)];
      const others = source.kind === 'run' ? [source.run] : source.runs;
      for (const other of others) addTo(values, capture(runs, other, site), -1 / others.length);
      return [site, values];
    }),
  );
}

const capture = (runs: Runs, id: string, site: string): Tensor => runs[id]!.captures[site]!;

/** The sum of weight x gradient over runs. */
export function meanGradients(
  at: readonly { readonly run: RunResult; readonly weight: number }[],
  sites: readonly string[],
): Values {
  return new Map(
    sites.map((site) => {
      const sum = new Float64Array(at[0]!.run.gradients![site]!.data.length);
      for (const { run, weight } of at) addTo(sum, run.gradients![site]!, weight);
      return [site, sum];
    }),
  );
}

function addTo(sum: Float64Array, { data }: Tensor, weight: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += weight * data[i]!;
}

/** One head's (or a part's) rows of a site's values. */
interface End {
  readonly values: Float64Array;
  /** From row to row, and to the first column of row 0. */
  readonly step: number;
  readonly first: number;
}

interface Read {
  /** Edges out of senders that are not among them sum to 0. */
  readonly differences: Values;
  readonly gradients: Values;
}

export const edgeProducts = (space: SearchSpace, i: number, read: Read): number[] =>
  edgeSums(space, i, read, dot);

/** Lengths of senders' differences and of receivers' gradients, per edge. */
export function edgeLengths(space: SearchSpace, i: number, read: Read): Record<keyof Read, number[]> {
  const of = (pick: (a: Float64Array, b: Float64Array) => Float64Array) =>
    edgeSums(space, i, read, (a, b) => dot(pick(a, b), pick(a, b))).map(Math.sqrt);
  return { differences: of((difference) => difference), gradients: of((_, gradient) => gradient) };
}

/** Per edge, a sum over its rows of a number of the sender's difference and the receiver's gradient. */
function edgeSums(
  { edges, model, spec, rowsOf }: SearchSpace,
  i: number,
  { differences, gradients }: Read,
  inRow: (difference: Float64Array, gradient: Float64Array) => number,
): number[] {
  const D = model.dModel;
  const all = range(0, spec.cases[i]!.tokens.length);
  const places = rowsOf?.(i);
  const senders = new Map<string, End | null>();
  const receivers = new Map<string, End>();
  return edges.map(({ from, to, at }) => {
    const sender = cached(senders, from, () => senderEnd(from, model, differences));
    if (!sender) return 0;
    const receiver = cached(receivers, to, () => receiverEnd(to, model, gradients));
    let sum = 0;
    for (const row of at === undefined ? all : places![at]!) {
      const [a, b] = [sender.first + row * sender.step, receiver.first + row * receiver.step];
      sum += inRow(sender.values.subarray(a, a + D), receiver.values.subarray(b, b + D));
    }
    return sum;
  });
}

function senderEnd(name: string, model: ModelSpec, differences: Values): End | null {
  const from = parseSender(name, model);
  const values = differences.get(senderSite(from));
  const D = model.dModel;
  if (!values) return null;
  if (from.part !== 'head') return { values, step: D, first: 0 };
  return { values, step: model.nHeads * D, first: from.head * D };
}

function receiverEnd(name: string, model: ModelSpec, gradients: Values): End {
  const to = parseReceiver(name, model);
  const values = gradients.get(receiverSite(model, to))!;
  const D = model.dModel;
  if (to.part !== 'head') return { values, step: D, first: 0 };
  const heads = to.input === 'q' ? model.nHeads : model.nKvHeads;
  return { values, step: heads * D, first: to.head * D };
}
