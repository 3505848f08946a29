/** What a request needs of the net: the wiring of its session, where it starts, and rows per batch. */
import { netSite, type NetSpec, type NetSite } from '../../model/net';
import { elements } from '../../util/elements';
import type { Wiring } from '../../onnx/wire';
import { maxOf, minOf, repeated } from '../../util/lists';
import { named } from '../../util/parse';
import type { NetRequest } from './api';

export interface NetPlan {
  readonly wiring: Wiring;
  readonly reads: readonly NetSite[];
  /** Sites whose base values are needed: where runs start, and where they take another image's value. */
  readonly captures: readonly string[];
  readonly rowsPerBatch: number;
}

/** Bytes of one batch: its values, the read ones twice, and the inputs of its edits. */
const MOST_BYTES = 2 ** 29;
/** Bytes of all values that a request reads. */
const MOST_READ = 2 ** 30;
/** Values that layer masking needs beside each of the net: a mean, what it fills, and the sum. */
const MASKING = 4;
/** More rows gain nothing on one thread, and delay a cancel. */
const MOST_ROWS = 32;

/** Throws one sentence for a request that does not fit the net. */
export function planOf(spec: NetSpec, request: NetRequest): NetPlan {
  const { images, runs, restart = true } = request;
  checkRequest(spec, request);
  checkMasks(spec, request);
  const isMasked = runs.some(({ mask }) => mask !== undefined);
  const reads = (request.reads ?? [spec.sites.at(-1)!.name]).map((name) => netSite(spec, name));
  const edits = runs.flatMap((run) => run.edits ?? []);
  const sets = [...new Set(edits.map(({ site }) => site))];
  for (const name of sets) netSite(spec, name);
  const edges = runs.flatMap((run) => run.edges ?? []);
  const layers = [...new Set(edges.map(({ layer }) => layer))].map((name) => layerOf(spec, name));

  const first = [...sets, ...reads.map(({ name }) => name), ...layers.map((layer) => layer.reads)];
  const from = restart && !isMasked && runs.length > images.length ? restartBefore(spec, first) : null;
  const borrowed = edits.flatMap(({ site, source }) => (source?.kind === 'image' ? [site] : []));
  const captures = [...new Set([...(from ? [from.name] : []), ...borrowed])];

  const cells = (sites: readonly NetSite[]) =>
    sites.reduce((sum, { lead, shape }) => sum + lead * elements(shape), 0);
  const read = 4 * runs.length * cells(reads);
  if (read > MOST_READ)
    throw new Error(
      `net: reads too much, got ${read.toLocaleString('en-US')} bytes for ${runs.length} runs, expected at most ${MOST_READ.toLocaleString('en-US')}. Ask for fewer sites or runs.`,
    );
  const edited = sets.map((name) => netSite(spec, name));
  const bytes = (isMasked ? MASKING : 1) * spec.liveBytes + 4 * cells(reads) * 2 + 13 * cells(edited);
  const rows = Math.floor(MOST_BYTES / bytes);
  const most = spec.batch === 'one' ? 1 : Math.max(1, Math.min(MOST_ROWS, rows, runs.length));
  return {
    wiring: {
      reads: reads.map(({ name }) => name),
      sets,
      mixes: sets.filter((name) => edits.some(({ site, op }) => site === name && op !== 'set')),
      ...(from && { from: from.name }),
      ...(isMasked && { isMasked }),
      ...(layers.length > 0 && {
        edges: layers.map(({ site }) => ({
          layer: site,
          isSoft: edges.some(({ layer, u }) => layer === site && u !== 0),
        })),
      }),
    },
    reads,
    captures,
    // Batches of one size: an engine may round differently for another number of rows.
    rowsPerBatch: Math.ceil(runs.length / Math.ceil(runs.length / most)),
  };
}

/** The last site that cuts the net and comes no later than any of these; null: the image itself. */
function restartBefore({ sites }: NetSpec, names: readonly string[]): NetSite | null {
  const end = minOf(names.map((name) => sites.findIndex((site) => site.name === name)));
  const found = sites.slice(0, end + 1).findLastIndex(({ isCut, lead }) => isCut && lead === 1);
  return found > 0 ? sites[found]! : null;
}

export function layerOf({ layers }: NetSpec, name: string) {
  const layer = layers.find(({ site }) => site === name);
  if (layer) return layer;
  const some = layers.slice(-6).map(({ site }) => site);
  throw new Error(
    `net: no linear layer with stored weights, got '${name.slice(0, 200)}', expected e.g. ${some.join(', ') || 'none: this net has no such layer'}.`,
  );
}

function checkMasks({ input, unmaskable }: NetSpec, { runs, masks = [] }: NetRequest): void {
  const own = runs.filter(({ mask }) => mask !== undefined);
  if (own.length === 0) return;
  if (unmaskable !== null) throw new Error(unmaskable);
  const changed = runs.find(({ edits = [], edges }) => edits.length > 0 || edges);
  if (changed)
    throw new Error(
      `net: a request has masks and other edits, got edits in run '${changed.id}', expected one or the other.`,
    );
  const lost = own.find(({ mask }) => !(Number.isInteger(mask) && mask! >= 0 && mask! < masks.length));
  if (lost)
    throw new Error(
      `net: run '${lost.id}' names a mask that is not there, got ${lost.mask}, expected 0 to ${masks.length - 1}.`,
    );
  const size = elements(input.shape.slice(1));
  const wrong = masks.findIndex((mask) => mask.length !== size || mask.some((one) => one > 1));
  if (wrong >= 0)
    throw new Error(
      `net: mask ${wrong} does not fit, got ${masks[wrong]!.length} numbers up to ${maxOf(masks[wrong]!)}, expected ${size} of 0 and 1.`,
    );
}

function checkRequest({ input }: NetSpec, { images, runs }: NetRequest): void {
  const size = elements(input.shape);
  const wrong = images.findIndex(({ length }) => length !== size);
  if (wrong >= 0)
    throw new Error(
      `net: image ${wrong} does not fit, got ${images[wrong]!.length} numbers, expected ${size} for [${input.shape}].`,
    );
  if (runs.length === 0) throw new Error('net: there is nothing to run, got no runs, expected at least one.');
  for (const { id, image, edits = [], edges = [] } of runs) {
    const [twice] = repeated(edges.map(({ layer }) => layer));
    if (twice !== undefined)
      throw new Error(
        `net: run '${id}' sets edges of one layer twice, got ${named(twice)}, expected one edit for each layer.`,
      );
    const asked = [image, ...edits.flatMap(({ source }) => (source?.kind === 'image' ? [source.image] : []))];
    const lost = asked.find((index) => !(Number.isInteger(index) && index >= 0 && index < images.length));
    if (lost !== undefined)
      throw new Error(
        `net: run '${id}' names an image that is not there, got ${lost}, expected 0 to ${images.length - 1}.`,
      );
  }
}
