/** Recovers from a dead engine thread: one sentence, and the model reopens. */
import { nameOfSource } from '../../load/source';
import type { Ended } from '../threads/engineClient';
import type { Loci } from '../loci';
import type { Reason } from '../threads/watch';
import { openModel } from './model';

/** A running run waits for the model and resumes, see `run.ts`. */
export async function recover(loci: Loci, ended: Ended): Promise<void> {
  const { open, isOver } = ended;
  const { model: before, run } = loci.status.getState();
  // Drops pending answers of the old thread; reopening asks again.
  const { model, draft, readings, map, answer } = loci.latest;
  for (const late of [model, draft, readings, map, answer]) late();
  const goesOn = run !== null && !run.cancelling && open !== null && open === ended.lost;
  loci.status.setState({
    phase: open ? 'loading' : 'failed',
    model: null,
    opening: null,
    verified: null,
    engineNote: { text: sentence(ended, goesOn), isOver },
    ...(open ? { awaited: nameOfSource(open.source) } : {}),
  });
  const { reopen: reopenLens } = loci.lens.getState();
  if (open) await openModel(loci, open.source, { weights: open.weights, before, reopenLens });
}

const WHAT: Readonly<Record<Reason, string>> = {
  stopped: 'The engine stopped',
  silent: 'The engine stopped answering',
  cancel: 'The engine did not stop when it was asked to',
  unstarted: 'The engine did not start',
};

function sentence({ reason, lost, open, isOver }: Ended, goesOn: boolean): string {
  if (isOver)
    return `${reason === 'unstarted' ? WHAT.unstarted : 'The engine keeps stopping'}. Reload the page.`;
  if (open && lost && open !== lost)
    return `${WHAT[reason]} three times with ${nameOfSource(lost.source)}, so ${nameOfSource(open.source)} is opened instead.`;
  return `${WHAT[reason]}, so Loci restarted it${goesOn ? '; the run is taken up again' : ''}.`;
}
