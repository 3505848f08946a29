/** What was done to get a finding, in plain words, and the number of each kind of run. */
import { promptIn } from '../../results/asked';
import type { Figure, ResultDocument } from '../../results/document';
import { levelOf } from '../../results/cell';
import { isNothingLost, namedCell } from '../../results/finding';
import { valueText } from '../../results/format';
import { quote, restoring } from '../../results/phrases';
import { placeText } from '../../results/place';
import { subjectText } from '../../results/tokens';
import { cellAt, readTrace, TRACE_KINDS } from '../../results/traceMap';
import { maxOf } from '../../util/lists';

export interface Run {
  readonly name: string;
  /** Quotations in asterisks. */
  readonly how: string;
  readonly value: string;
  /** Of 1, for a bar; null if the quantity is no probability. */
  readonly share: number | null;
  /** Its quotation is shown out of focus. */
  readonly isBlurred?: true;
}

export interface Runs {
  /** Quotations in asterisks. */
  readonly words: string;
  /** The quantity of all values. */
  readonly measures: string;
  /** Clean, corrupted, and the finding's cell, if it has one. */
  readonly runs: readonly Run[];
}

/** Null for findings of another kind, and before anything is measured. */
export function runsOf(document: ResultDocument): Runs | null {
  if (document.kind === 'causal-trace') return runsOfTrace(document);
  return document.kind === 'activation-patching' ? runsOfPatching(document) : null;
}

function runsOfTrace(document: ResultDocument): Runs | null {
  const [read] = TRACE_KINDS.flatMap((kind) => readTrace(document, kind) ?? []);
  if (!read) return null;
  const { figure, asked, clean, corrupted, draws } = read;
  const { title } = document.model;
  const subject = quote(subjectText(document));
  const isNoise = asked.corruption.type === 'noise';
  const run = runIn(figure);
  const blurred = isNoise
    ? { ...run('Blurred', `${subject} under noise`, corrupted.value), isBlurred: true as const }
    : run('Replaced', 'tokens of another prompt', corrupted.value);
  const layers = figure.axes[1]!.labels.length;
  const cell = namedCell(document)?.cell;
  const restored =
    cell === undefined || isNothingLost(read)
      ? []
      : [cellAt(read, Math.floor(cell / layers), cell % layers)].map((found) =>
          run('Restored', restoring(read, found).replace(/^restoring /, ''), found.value),
        );
  const each = draws !== null && draws > 1 ? `the mean of ${draws} such runs` : 'one such run';
  return {
    words:
      `${title} read the prompt as it is, then with ${subject} ` +
      `${isNoise ? 'blurred by noise' : 'replaced by the tokens of another prompt'}. ` +
      `Then one state at a time got its clean value back: each cell is ${each}.`,
    measures: figure.measures ?? figure.unit,
    runs: [run('Clean', 'the prompt as it is', clean), blurred, ...restored],
  };
}

function runsOfPatching(document: ResultDocument): Runs | null {
  const figure = document.figures[0];
  const [clean, corrupted] = ['clean', 'corrupted'].map((name) => figure && levelOf(figure, name)?.value);
  const cases = promptIn(document)?.cases;
  if (!figure || cases === undefined || clean === undefined || corrupted === undefined) return null;
  const isDenoising = document.spec.direction === 'denoise';
  const [prompt, twin] = cases === 1 ? ['the prompt', 'its twin'] : [`${cases} prompts`, 'their twins'];
  const run = runIn(figure);
  const best = largestPart(document, isDenoising === clean > corrupted ? 1 : -1);
  const into = isDenoising
    ? 'Then one clean state at a time went into the run of the twin'
    : 'Then one state of the twin at a time went into the clean run';
  const mean = cases === 1 ? 'one such run' : 'the mean over the prompts';
  return {
    words: `${document.model.title} read ${prompt} and ${twin}. ${into}: each cell is ${mean}.`,
    measures: figure.measures ?? figure.unit,
    runs: [
      run('Clean', cases === 1 ? 'the prompt as it is' : 'the prompts as they are', clean),
      run('Twin', cases === 1 ? 'the other prompt' : 'the other prompts', corrupted),
      ...(best ? [run(isDenoising ? 'Restored' : 'Disturbed', best.place, best.value)] : []),
    ],
  };
}

const runIn =
  (figure: Figure) =>
  (name: string, how: string, value: number): Run => ({
    name,
    how,
    value: valueText(figure, value),
    share: figure.percent ? Math.min(1, Math.max(0, value)) : null,
  });

/** The cell that the sentence names: the residual stream carries everything and does not compete. */
function largestPart({ figures }: ResultDocument, towards: 1 | -1) {
  const parts = figures.filter(({ name, drawn }) => drawn === 'heatmap' && !name.startsWith('resid'));
  const values = parts.flatMap((figure) => figure.values.map((value) => towards * (value ?? -Infinity)));
  const most = maxOf(values);
  for (const figure of parts) {
    const cell = figure.values.findIndex((value) => value !== null && towards * value === most);
    if (cell >= 0) return { place: placeText(figure, cell), value: figure.values[cell]! };
  }
  return null;
}
