/** Runs under other ids. */
import type { Cut, Edit, Run } from './types';

export type Rename = (id: string) => string;

/** How a run's tables change with the ids. */
interface Changes {
  readonly edits: (edits: readonly Edit[]) => readonly Edit[];
  readonly cut: (cut: Cut) => Cut;
}

/** The run with `rename` applied to its own id and those that it reads. */
export function renamedRun(run: Run, rename: Rename, { edits, cut }: Changes): Run {
  const { base, metric } = run;
  return {
    ...run,
    id: rename(run.id),
    ...(base === undefined ? {} : { base: rename(base) }),
    ...(run.edits ? { edits: edits(run.edits) } : {}),
    ...(run.cuts ? { cuts: run.cuts.map(cut) } : {}),
    ...(metric?.kl?.kind === 'run'
      ? { metric: { ...metric, kl: { ...metric.kl, run: rename(metric.kl.run) } } }
      : {}),
  };
}

/** An edit or cut that reads its source's runs under their new ids. */
export function renamedSource<E extends Edit | Cut>(edit: E, rename: Rename): E {
  const { source } = edit;
  if (source?.kind === 'run') return { ...edit, source: { ...source, run: rename(source.run) } };
  if (source?.kind === 'mean') return { ...edit, source: { ...source, runs: source.runs.map(rename) } };
  return edit;
}
