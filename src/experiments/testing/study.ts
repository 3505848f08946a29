/** Runs a study on a golden checkpoint with the float64 reference, as the engine would. */
import { type MeasuredStore, runExperiment } from '../../engine/running';
import { createReferenceForward } from '../../forward/reference/forward';
import { type Golden, loadGolden, type ReadFile } from '../../forward/testing';
import type { RunForward } from '../../forward/request/contract';
import { rowNamed } from '../../load/weights';
import type { Figure, ResultDocument } from '../../results/document';
import { anyExperiment, type Experiment } from '../experiment';

const fromDisk: ReadFile = async (path) => {
  const { readFile } = await import('node:fs/promises');
  return new Uint8Array(await readFile(path)).buffer;
};

/** `name` is a folder of `reference/goldens`, or 'atlas'. */
export const openGolden = (name: string): Promise<Golden> => loadGolden(name, fromDisk);

/** Parses `spec` like an outside one; `forward`: default the float64 reference. Keeps nothing. */
export async function runStudy<S, M, O, P, F>(
  experiment: Experiment<S, M, O, P, F>,
  spec: unknown,
  { spec: model, weights }: Golden,
  forward?: RunForward,
  store: MeasuredStore | null = null,
): Promise<ResultDocument> {
  const weight = (name: string): Float32Array => {
    const values = weights.get(name);
    if (!values) throw new Error(`study: reads a weight that has no slot, got ${name}.`);
    return values;
  };
  const any = anyExperiment(experiment);
  const document = await runExperiment(
    { experiment: any, spec: any.parseSpec(spec, model) },
    {
      spec: model,
      backend: {
        forward: forward ?? createReferenceForward(model, weight),
        estimate: async () => ({ flops: 0, seconds: 0 }),
      },
      execution: 'wavefront',
      weight: async (name) => {
        const one = rowNamed(name);
        if (!one) return weight(name);
        return weight(one.table).slice(one.row * model.dModel, (one.row + 1) * model.dModel);
      },
      context: () => ({
        model: { id: 'golden', revision: 'local', sha256: '', title: 'golden' },
        environment: {
          adapter: 'none (float64 reference)',
          engine: 'reference',
          execution: 'naive',
          kernels: 'none',
          loci: '',
          time: '',
          seconds: 0,
        },
        decode: (id) => `<${id}>`,
        outcome: (id) => `<${id}>`,
      }),
    },
    { signal: new AbortController().signal, store, key: 'study' },
  );
  return document as ResultDocument;
}

/** A figure by name. Throws if it is missing. */
export function figureOf(document: ResultDocument, name: string): Figure {
  const found = document.figures.find((figure) => figure.name === name);
  const names = document.figures.map((figure) => figure.name).join(', ');
  if (!found) throw new Error(`study: no figure, got '${name}', expected one of ${names}.`);
  return found;
}

/** Largest |ours - theirs| over a figure's cells. */
export function largestDifference(figure: Figure, theirs: readonly (number | null)[]): number {
  if (theirs.length !== figure.values.length)
    throw new Error(
      `study: ${figure.name} has ${figure.values.length} cells, got ${theirs.length} to compare with.`,
    );
  return figure.values.reduce<number>(
    (worst, ours, cell) => Math.max(worst, Math.abs((ours ?? 0) - (theirs[cell] ?? 0))),
    0,
  );
}
