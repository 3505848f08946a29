/** Expands runs with samples to one run per sample, the meaning of `Run.samples`. */
import { range } from '../../util/range';
import { quoted } from '../../util/parse';
import { type Rename, renamedRun, renamedSource } from './renamed';
import type { Edit, Run } from './types';

type Samples = readonly [number, number];

/** The id of a sample's results. */
export const sampleId = (id: string, sample: number): string => `${id}.${sample}`;

interface Sampled {
  readonly id: string;
  readonly samples: Samples | null;
}

/**
 * For each of the run's samples, the id of what it reads from another run: the same sample, or that
 * run's one sequence.
 */
export function idsReadBy(run: Sampled, from: Sampled): string[] {
  const ids = resultIds(run.id, run.samples);
  return from.samples === null ? ids.map(() => from.id) : resultIds(from.id, run.samples);
}

/** Throws an Error if a run's samples read some that another run lacks. */
export function checkSampled({ id, samples }: Sampled, from: Sampled): void {
  const theirs = from.samples;
  if (theirs === null || (samples && samples[0] >= theirs[0] && samples[1] <= theirs[1])) return;
  throw new Error(
    `run ${quoted(id)}: reads run ${quoted(from.id)} sample by sample, got samples ` +
      `${samples ? `[${samples.join(', ')})` : 'none'}, expected some of [${theirs.join(', ')}).`,
  );
}

/** Samples [begin, end) of each run, by default its base's; null: a single sequence. */
export function samplesOf(runs: readonly Run[]): (Samples | null)[] {
  const known = new Map<string, Samples>();
  return runs.map(({ id, samples: own, base }) => {
    const samples = own ?? (base === undefined ? undefined : known.get(base));
    if (samples) known.set(id, samples);
    return samples ?? null;
  });
}

/** The number of a run's sequences. */
export const sampleCount = (samples: Samples | null): number => (samples ? samples[1] - samples[0] : 1);

/** The ids of a run's results. */
export function resultIds(id: string, samples: Samples | null): string[] {
  return samples ? range(...samples).map((sample) => sampleId(id, sample)) : [id];
}

export function allResultIds(runs: readonly Run[]): string[] {
  const samples = samplesOf(runs);
  return runs.flatMap(({ id }, i) => resultIds(id, samples[i]!));
}

/** Number of sequences in the runs. */
export function sequenceCount(runs: readonly Run[]): number {
  return samplesOf(runs).reduce((sum, samples) => sum + sampleCount(samples), 0);
}

/**
 * One run per sample. Throws an Error if the samples are not a range, or a run reads samples that
 * another lacks.
 */
export function expandSamples(runs: readonly Run[]): Run[] {
  const all = samplesOf(runs);
  const byId = new Map<string, Samples>();
  return runs.flatMap((run, i) => {
    const samples = all[i];
    if (!samples) return [run];
    checkSamples(run.id, samples);
    byId.set(run.id, samples);
    return range(...samples).map((sample) => oneSample(run, sample, byId));
  });
}

export function checkSamples(id: string, [begin, end]: Samples): void {
  if (Number.isInteger(begin) && Number.isInteger(end) && begin >= 0 && begin < end) return;
  throw new Error(
    `run ${quoted(id)}: samples, got [${begin}, ${end}), expected whole numbers, the smaller first.`,
  );
}

function oneSample(run: Run, sample: number, byId: ReadonlyMap<string, Samples>): Run {
  const rename: Rename = (id) => {
    const samples = byId.get(id);
    if (!samples) return id;
    if (sample < samples[0] || sample >= samples[1])
      throw new Error(
        `run ${quoted(run.id)}: reads sample ${sample} of run ${quoted(id)}, expected ${samples[0]} to ${samples[1] - 1}.`,
      );
    return sampleId(id, sample);
  };
  const drawn = (edit: Edit): Edit => {
    const { source } = edit;
    if (source?.kind === 'noise') return { ...edit, source: { ...source, draw: source.draw + sample } };
    return renamedSource(edit, rename);
  };
  const { samples: _, ...rest } = run;
  const { gradients } = run;
  if (gradients && 'column' in gradients.seed) {
    const { seed } = gradients;
    rest.gradients = { ...gradients, seed: { ...seed, column: seed.column + sample } };
  }
  return renamedRun(rest, rename, {
    edits: (edits) => edits.map(drawn),
    cut: (cut) => renamedSource(cut, rename),
  });
}
