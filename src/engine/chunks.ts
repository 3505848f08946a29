/**
 * Groups a study's cases into requests. Small cases share sweeps, since a GPU needs full ones. A
 * chunk is limited in time (finished cases are kept and shown) and in memory for its results and
 * kept tensors.
 */
import { prefixRuns } from '../forward/request/prefix';
import { samplesOf, sequenceCount } from '../forward/request/samples';
import type { Capture, CutSource, EditSource, Run } from '../forward/request/types';
import { findSite, headAxisOf, siteShape } from '../model/sites';
import { type ModelSpec, qkvWidth } from '../model/spec';
import { elements } from '../util/elements';

/** Estimated seconds of work. */
const SECONDS_AT_ONCE = 5;
/** Sequences; their results take a few tens of megabytes on the host. */
const SEQUENCES_AT_ONCE = 2 ** 17;
/** Captured numbers read back together: 64 MiB, which fits any device's binding. */
const CAPTURED_AT_ONCE = 2 ** 24;
/** Numbers in tensors kept for later sweeps: 512 MiB. */
const KEPT_AT_ONCE = 2 ** 27;

export interface PlannedCase {
  readonly i: number;
  readonly runs: readonly Run[];
}

/** The resources of a request with several cases. */
interface Load {
  readonly sequences: number;
  readonly captured: number;
  readonly kept: number;
}

/** Yields the open cases in order, as many at once as fit, at least one. Plans on demand. */
export function* chunksOf(
  open: readonly number[],
  plan: (i: number) => Run[],
  model: ModelSpec,
  secondsEach: number,
): Generator<PlannedCase[]> {
  let chunk: PlannedCase[] = [];
  let load: Load = { sequences: 0, captured: 0, kept: 0 };
  for (const i of open) {
    const runs = plan(i);
    const own = loadOf(model, runs);
    if (chunk.length > 0 && !fits(add(load, own), secondsEach)) {
      yield chunk;
      chunk = [];
      load = { sequences: 0, captured: 0, kept: 0 };
    }
    chunk.push({ i, runs });
    load = add(load, own);
  }
  if (chunk.length > 0) yield chunk;
}

/**
 * The runs of several cases side by side; results have ids such as '3/clean'. No unit is shown
 * separately, so all share sweeps.
 */
export function runsTogether(chunk: readonly PlannedCase[]): Run[] {
  return chunk.flatMap(({ i, runs }) => prefixRuns(runs, casePrefix(i)).map(({ unit: _, ...run }) => run));
}

export const casePrefix = (i: number): string => `${i}/`;

const add = (a: Load, b: Load): Load => ({
  sequences: a.sequences + b.sequences,
  captured: a.captured + b.captured,
  kept: a.kept + b.kept,
});

const fits = ({ sequences, captured, kept }: Load, secondsEach: number): boolean =>
  sequences * secondsEach <= SECONDS_AT_ONCE &&
  sequences <= SEQUENCES_AT_ONCE &&
  captured <= CAPTURED_AT_ONCE &&
  kept <= KEPT_AT_ONCE;

function loadOf(model: ModelSpec, runs: readonly Run[]): Load {
  const samples = samplesOf(runs);
  const rows = new Map<string, number>();
  const tokens = new Map<string, number>();
  let captured = 0;
  for (const [r, { id, base, tokens: own, captures = [], gradients }] of runs.entries()) {
    const T = own?.length ?? tokens.get(base!)!;
    const n = samples[r] ? samples[r][1] - samples[r][0] : 1;
    tokens.set(id, T);
    rows.set(id, n * T);
    const read: readonly Capture[] = [...captures, ...(gradients?.of ?? [])];
    for (const { site, rows: some, heads } of read) {
      const at = findSite(model, site);
      const all = elements(siteShape(model, at, T));
      const H = headAxisOf(at) === 'G' ? model.nKvHeads : model.nHeads;
      captured += n * all * (some ? some.length / T : 1) * (heads ? heads.length / H : 1);
    }
  }
  const keptRows = [...readRuns(runs)].reduce((sum, id) => sum + (rows.get(id) ?? 0), 0);
  return { sequences: sequenceCount(runs), captured, kept: keptRows * keptWidth(model, runs) };
}

/** Runs whose tensors others read: bases and sources. */
function readRuns(runs: readonly Run[]): Set<string> {
  const read = new Set<string>();
  const note = (source: EditSource | CutSource | undefined): void => {
    if (source?.kind === 'run') read.add(source.run);
    if (source?.kind === 'mean') for (const id of source.runs) read.add(id);
  };
  for (const { base, edits = [], cuts = [] } of runs) {
    if (base !== undefined) read.add(base);
    for (const { source } of edits) note(source);
    for (const { source } of cuts) note(source);
  }
  return read;
}

/**
 * Numbers per row of such a run: queries, keys, values and what enters the stream, in every block;
 * with cuts also every head's result.
 */
function keptWidth(model: ModelSpec, runs: readonly Run[]): number {
  const isCut = runs.some(({ cuts = [] }) => cuts.length > 0);
  const heads = isCut ? model.nHeads * model.dModel : 0;
  return model.nLayers * (qkvWidth(model) + 3 * model.dModel + heads);
}
