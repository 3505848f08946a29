/** Begins the tour on the first worked example, and afterwards puts the page back as it was. */
import { showExample } from '../actions/boot';
import { askEdits } from '../actions/edits';
import { showFinding } from '../actions/findings';
import { editDraft } from '../actions/question';
import { cancelRun } from '../actions/run';
import { showEdits } from '../actions/showEdits';
import type { Loci } from '../loci';
import { isSameQuestion } from '../question';
import type { Draft } from '../stores/draft';
import { NO_EDITS } from '../stores/edits';
import { currentFinding } from '../stores/session';
import { UNSELECTED } from '../stores/view';
import { OTHER } from './steps';

export interface Before {
  readonly draft: Draft;
  readonly edits: ReturnType<Loci['edits']['getState']>;
  readonly view: Pick<ReturnType<Loci['view']['getState']>, 'locked' | 'head' | 'tab'>;
  readonly finding: string | null;
  /** Prompts that the tour puts into the editor. */
  readonly own: readonly string[];
}

export async function beginTour(loci: Loci): Promise<Before> {
  const { locked, head, tab } = loci.view.getState();
  const { draft } = loci.draft.getState();
  const edits = loci.edits.getState();
  const finding = loci.session.getState().currentId;
  await showExample(loci, 0);
  loci.view.setState({ ...UNSELECTED, tab: null });
  showEdits(loci, NO_EDITS);
  const own = [loci.draft.getState().draft.prompt, OTHER.prompt];
  return { draft, edits, view: { locked, head, tab }, finding, own };
}

/** `isRunning`: the current run is the tour's. What the user typed during the tour stays. */
export async function endTour(loci: Loci, before: Before, isRunning: boolean): Promise<void> {
  if (isRunning) {
    void cancelRun(loci);
    await runEnds(loci);
  }
  putBack(loci, before);
}

function runEnds(loci: Loci): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (loci.status.getState().run !== null) return;
      stop();
      resolve();
    };
    const stop = loci.status.subscribe(look);
    look();
  });
}

function putBack(loci: Loci, { draft, edits, view, finding, own }: Before): void {
  if (!own.includes(loci.draft.getState().draft.prompt)) return;
  if (finding !== null) showFinding(loci, finding);
  loci.view.setState(view);
  loci.edits.setState({ ...edits, answer: null, isAsking: false });
  const asked = currentFinding(loci.session.getState())?.asked;
  if (!asked || !isSameQuestion(draft, asked)) void editDraft(loci, draft);
  void askEdits(loci);
}
