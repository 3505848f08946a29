/** Runs of several samples as one run per sample: what `Run.samples` stands for. */
import { range } from '../../util/range';
import { quoted } from '../../util/parse';
import type { CutSource, EditSource, Run } from './types';

/** The id under which a sample's results come. */
export const sampleId = (id: string, sample: number): string => `${id}.${sample}`;

/** One run per sample. Throws an Error if samples are no range, or a run reads samples that another does not have. */
export function expandSamples(runs: readonly Run[]): Run[] {
  const samplesOf = new Map<string, readonly [number, number]>();
  const out: Run[] = [];
  for (const run of runs) {
    const samples = run.samples ?? (run.base === undefined ? undefined : samplesOf.get(run.base));
    if (!samples) {
      out.push(run);
      continue;
    }
    checkSamples(run.id, samples);
    samplesOf.set(run.id, samples);
    for (const sample of range(...samples)) out.push(oneSample(run, sample, samplesOf));
  }
  return out;
}

export function checkSamples(id: string, [begin, end]: readonly [number, number]): void {
  if (Number.isInteger(begin) && Number.isInteger(end) && begin >= 0 && begin < end) return;
  throw new Error(
    `run ${quoted(id)}: samples, got [${begin}, ${end}), expected whole numbers, the smaller first.`,
  );
}

function oneSample(run: Run, sample: number, samplesOf: ReadonlyMap<string, readonly [number, number]>): Run {
  const named = (id: string): string => {
    const samples = samplesOf.get(id);
    if (!samples) return id;
    if (sample < samples[0] || sample >= samples[1])
      throw new Error(
        `run ${quoted(run.id)}: reads sample ${sample} of run ${quoted(id)}, expected ${samples[0]} to ${samples[1] - 1}.`,
      );
    return sampleId(id, sample);
  };
  const sourceOf = <S extends EditSource | CutSource>(source: S): S => {
    if (source.kind === 'run') return { ...source, run: named(source.run) };
    if (source.kind === 'mean') return { ...source, runs: source.runs.map(named) };
    if (source.kind === 'noise') return { ...source, draw: source.draw + sample };
    return source;
  };
  const withSource = <E extends { readonly source?: EditSource | CutSource }>(edit: E): E =>
    edit.source ? { ...edit, source: sourceOf(edit.source) } : edit;
  const { samples: _, ...rest } = run;
  return {
    ...rest,
    id: sampleId(run.id, sample),
    ...(run.base === undefined ? {} : { base: named(run.base) }),
    ...(run.edits ? { edits: run.edits.map(withSource) } : {}),
    ...(run.cuts ? { cuts: run.cuts.map(withSource) } : {}),
    ...(run.metric?.kl?.kind === 'run'
      ? { metric: { ...run.metric, kl: { ...run.metric.kl, run: named(run.metric.kl.run) } } }
      : {}),
  };
}
