/** The tour's steps: what each is about, and what it does to the page. */
import { selectFigure, selectionOf } from '../../panels/figure/select';
import { namedCell } from '../../results/finding';
import { percent } from '../../results/format';
import { plainOf } from '../../results/phrases';
import { addEdit, clearEdits } from '../actions/edits';
import { editDraft } from '../actions/question';
import { runDraft } from '../actions/run';
import { placeOfCell } from '../editPlaces';
import { changeOf, FIRST_PLACE } from '../edits';
import type { Loci } from '../loci';
import { findSubject } from '../subject';
import type { EditsState } from '../stores/edits';
import { currentFinding, type Finding } from '../stores/session';
import type { ViewState } from '../stores/view';

/** The part of the page that a step's report reads. */
export interface Seen {
  readonly finding: Finding | null;
  readonly locked: ViewState['locked'];
  readonly answer: EditsState['answer'];
}

export interface Step {
  readonly title: string;
  readonly text: string;
  /** Selector of what it is about. */
  readonly about: string;
  readonly act?: Act;
}

interface Act {
  readonly label: string;
  readonly needsEngine: boolean;
  readonly run: (loci: Loci) => Promise<void>;
  /** What came of it; null before. */
  readonly told: (seen: Seen) => string | null;
}

/** The other prompt of the tour. */
export const OTHER = { prompt: 'The capital of Japan is', subject: 'Japan' };

export const STEPS: readonly Step[] = [
  {
    title: 'A finding is a sentence',
    text: 'Atlas, a small model, says that the capital of France is Paris. This sentence says at which place inside the model that answer is held, and how much of it comes back there.',
    about: '[data-testid=finding]',
  },
  {
    title: 'The picture shows every place',
    text: 'A row is a token, a column is a layer. The stronger the colour, the more of the answer comes back when that one state is restored. The sentence is about the outlined cell of the first map.',
    about: '[data-testid=figure-hidden]',
  },
  {
    title: 'Point at a cell',
    text: 'Point at a cell, or tap it, to read its numbers. A click keeps them here.',
    about: '[data-testid=inspector]',
    act: {
      label: 'Keep the outlined cell',
      needsEngine: false,
      run: async (loci) => loci.view.setState({ locked: outlinedIn(loci) }),
      told: ({ locked }) =>
        locked &&
        `Kept: ${Object.entries(locked.place)
          .map(([axis, label]) => `${axis} ${label}`)
          .join(', ')}.`,
    },
  },
  {
    title: 'Change it',
    text: 'Any place can be changed by hand. This sets the outlined state to zero in the clean run, and the model answers again.',
    about: '[data-testid=edit-bar]',
    act: { label: 'Set it to zero', needsEngine: true, run: zeroOutlined, told: toldOfEdit },
  },
  {
    title: 'Ask another prompt',
    text: 'Type any prompt here, mark its subject, and press Run. This asks about Japan instead of France, from the start.',
    about: '[aria-label=Question], [data-testid=ask-own]',
    act: {
      label: 'Run it for Japan',
      needsEngine: true,
      run: askOther,
      told: ({ finding }) =>
        finding?.origin === 'run' && !finding.partial && finding.asked.prompt === OTHER.prompt
          ? plainOf(finding.document.finding)
          : null,
    },
  },
  {
    title: 'Take it along',
    text: 'Copy link puts the whole finding into one address: question, numbers, edits. It opens anywhere, without a model. What you asked here stays under “This visit”.',
    about: '[data-testid=copy-link]',
  },
];

/** The sentence's cell, as a selection. */
function outlinedIn(loci: Loci): ViewState['locked'] {
  const document = currentFinding(loci.session.getState())?.document;
  const named = document && namedCell(document);
  const figure = named && document.figures.find(({ name }) => name === named.figure);
  return figure ? selectionOf(selectFigure(figure), named.cell) : null;
}

async function zeroOutlined(loci: Loci): Promise<void> {
  const finding = currentFinding(loci.session.getState());
  const { model } = loci.status.getState();
  const locked = outlinedIn(loci);
  const place = finding && placeOfCell(finding.document, locked);
  if (!model || !place) return;
  loci.view.setState({ locked });
  await addEdit(loci, changeOf(model.spec, { ...FIRST_PLACE, ...place }, 'zero'));
}

function toldOfEdit({ answer }: Seen): string | null {
  const [was, is] = [answer?.before[0], answer?.after[0]];
  if (!was || !is || answer?.kl === null) return null;
  return `It said${was.text} with ${percent(was.p)}. Now it says${is.text} with ${percent(is.p)}.`;
}

async function askOther(loci: Loci): Promise<void> {
  await clearEdits(loci);
  const subject = findSubject(OTHER.prompt, OTHER.subject);
  await editDraft(loci, { prompt: OTHER.prompt, subject, answer: '', distractor: '' });
  await runDraft(loci);
}
