/** Runs a question: progress, partial results, cancel, recovery, and re-running a finding. */
import { CANCELLED, type EngineEvent, type TightenRequest } from '../../engine/api';
import { snippetsOf } from '../../experiments/intervention/snippets';
import type { ResultDocument } from '../../results/document';
import { isEngineEnded } from '../threads/engineClient';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { learned, paced } from '../pace';
import { otherModel } from '../otherModel';
import { currentFinding, type Finding } from '../stores/session';
import type { RunStatus } from '../stores/status';
import { addResult, dropFinding, updateFinding } from './findings';
import { askAnswer } from './answer';
import { editDraft } from './question';
import type { Draft } from '../stores/draft';

/** Runs the editor's question; finished parts show at once and survive a cancel. */
export async function runDraft(loci: Loci): Promise<void> {
  const { spec, draft } = loci.draft.getState();
  if (!spec || loci.status.getState().model === null) return;
  await runAndShow(loci, running(loci, spec), draft);
}

/** Runs, and shows the result; partial ones replace each other. */
export async function runAndShow(loci: Loci, work: Work, draft: Draft): Promise<void> {
  const { currentId: before } = loci.session.getState();
  let shown: string | null = null;
  const show = (document: ResultDocument, partial: boolean): void => {
    if (partial && isEmpty(document)) return;
    shown ??= addResult(loci, document, draft);
    updateFinding(loci, shown, { document, partial });
  };
  const document = await run(loci, work, (partial) => show(partial, true), {
    onNotFinite: () => shown !== null && dropFinding(loci, shown, before),
  });
  if (document) show(document, false);
}

/** Asks the open model a finding's question; if it cannot answer, the editor says why. */
export async function askSame(loci: Loci, { asked }: Finding): Promise<void> {
  const { model } = loci.status.getState();
  if (!model) return;
  await editDraft(loci, { ...asked, bos: model.bos });
  await runDraft(loci);
}

/** Recomputes the current finding and reports the deviation. */
export async function rerun(loci: Loci): Promise<void> {
  const finding = currentFinding(loci.session.getState());
  if (!finding) return;
  const { document } = finding;
  loci.status.setState({ rerunError: null });
  const { model } = loci.status.getState();
  if (!model) return;
  const other = otherModel(document.model, model);
  if (other !== null) {
    const rerunError = `This finding is about ${other}. Open ${document.model.title} to re-run it.`;
    loci.status.setState({ rerunError });
    return;
  }
  await rerunWith(loci, finding, running(loci, document.spec));
}

/** Runs a finding's question again, and compares. */
export async function rerunWith(loci: Loci, { id, document, steps }: Finding, work: Work): Promise<void> {
  loci.status.setState({ rerunError: null });
  const again = await run(loci, work, () => undefined);
  if (!again) return;
  const { deviation } = await import('../../share/deviation');
  updateFinding(loci, id, { deviation: deviation(document, again, steps) });
}

/** Draws more noise for one number of the current finding; shows every look. */
export async function tighten(loci: Loci, at: TightenRequest['targets'][number]): Promise<void> {
  const finding = currentFinding(loci.session.getState());
  if (!finding) return;
  const { document } = finding;
  const show = (more: ResultDocument): void => updateFinding(loci, finding.id, { document: more });
  const work: Work = {
    spec: document.spec,
    kind: null,
    start: (id, onEvent) => loci.engine.tighten(id, { document, targets: [at] }, onEvent),
  };
  const done = await run(loci, work, show);
  if (done) show(done);
}

/** Asks the engine to stop: takes at most one submit, or restarts the engine. */
export async function cancelRun(loci: Loci): Promise<void> {
  const { run: running } = loci.status.getState();
  if (!running) return;
  loci.status.setState({ run: { ...running, cancelling: true } });
  await (running.isOfNet ? loci.nets : loci.engine).cancel(running.id);
}

/** Nothing to draw yet. */
function isEmpty(document: ResultDocument): boolean {
  return document.figures.length === 0 && !document.graph;
}

/** A spec may carry another author's code: shows it once and asks for consent. */
function mayRun(loci: Loci, spec: Record<string, unknown>): boolean {
  const unseen = snippetsOf(spec).filter((code) => !loci.agreed.has(code));
  if (unseen.length === 0) return true;
  const shown = unseen.join('\n\n');
  const isMine = loci.ask(
    `This question carries code that changes activations on your graphics card. Run it?\n\n${shown}`,
  );
  if (isMine) for (const code of unseen) loci.agreed.add(code);
  else loci.status.setState({ runError: 'The question carries code, and you chose not to run it.' });
  return isMine;
}

/** A request to the engine, or to the nets' thread. */
export interface Work {
  readonly isOfNet?: true;
  readonly spec: Record<string, unknown>;
  /** Whose estimates it corrects; null: none, as its document's seconds are another run's. */
  readonly kind: string | null;
  readonly start: (id: string, onEvent: (event: EngineEvent) => void) => Promise<ResultDocument>;
}

const running = (loci: Loci, spec: Record<string, unknown>): Work => ({
  spec,
  kind: String(spec.kind),
  start: (id, onEvent) => loci.engine.run(id, spec, onEvent),
});

/** Settles once a restarted engine has opened a model, has failed, or the run stopped waiting. */
function modelIsBack(loci: Loci, id: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { run: now, model, phase } = loci.status.getState();
      const isWaiting = now?.id === id && !now.cancelling && model === null && phase !== 'failed';
      if (isWaiting) return;
      stop();
      resolve();
    };
    const stop = loci.status.subscribe(look);
    look();
  });
}

async function run(
  loci: Loci,
  { spec, kind, start, isOfNet }: Work,
  onPartial: (document: ResultDocument) => void,
  { onNotFinite }: { readonly onNotFinite?: () => void } = {},
): Promise<ResultDocument | null> {
  if (loci.status.getState().run || !mayRun(loci, spec)) return null;
  const id = loci.nextId('run');
  const { model } = loci.status.getState();
  const started: RunStatus = {
    id,
    fraction: 0,
    secondsLeft: null,
    doing: 'planning',
    forwards: null,
    cancelling: false,
    ...(isOfNet && { isOfNet }),
  };
  loci.status.setState({ phase: 'running', run: started, runError: null, engineNote: null });
  const isMine = (): boolean => loci.status.getState().run?.id === id;

  const paces = model && kind !== null ? { model: model.sha256, kind } : null;
  let promised = 0;
  const onEvent = (event: EngineEvent): void => {
    const { run: now } = loci.status.getState();
    if (!now || now.id !== id) return;
    switch (event.type) {
      case 'planned':
        promised = event.seconds;
        loci.status.setState(({ pace }) => ({
          run: { ...now, forwards: event.forwards, secondsLeft: paced(pace, paces, event.seconds) },
        }));
        break;
      case 'progress':
        loci.status.setState({
          phase: 'running',
          run: { ...now, fraction: event.fraction, secondsLeft: event.secondsLeft, doing: event.doing },
        });
        break;
      case 'partial':
        onPartial(event.document);
        break;
      case 'recovering':
        loci.status.setState({ phase: 'recovering', run: { ...now, doing: event.reason } });
        break;
    }
  };

  try {
    const document = await start(id, onEvent).catch(async (error: unknown) => {
      if (!isEngineEnded(error)) throw error;
      await modelIsBack(loci, id);
      const { model: now, run: mine } = loci.status.getState();
      if (mine?.cancelling) throw new Error(CANCELLED);
      if (!isMine() || now === null || now.sha256 !== model?.sha256) throw error;
      loci.status.setState({ phase: 'running', run: { ...mine!, doing: 'taking it up again' } });
      // Resumes from stored parts. Only once: this run may have ended the engine.
      return start(id, onEvent);
    });
    if (!isMine()) return null;
    loci.status.setState(({ pace }) => ({
      phase: 'done',
      run: null,
      pace: learned(pace, paces, promised, document.environment.seconds),
    }));
    void askAnswer(loci);
    return document;
  } catch (error) {
    if (!isMine()) return null;
    const message = messageOf(error);
    // Errors from the worker keep their name, not their class.
    if (error instanceof Error && error.name === 'NotFiniteError') onNotFinite?.();
    const cancelled = message.includes(CANCELLED);
    loci.status.setState(({ phase, model: now }) => ({
      // If the engine is gone, keeps its phase.
      phase: cancelled ? 'cancelled' : now ? 'ready' : phase,
      run: null,
      runError: cancelled ? null : message,
    }));
    return null;
  }
}
