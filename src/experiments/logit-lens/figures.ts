/** The figures of a lens: maps of positions by blocks, and the likeliest tokens. */
import { outcomeWord } from '../../results/asked';
import type { Figure } from '../../results/document';
import { mean } from '../../statistics/stats';
import { averaged, meanAt, overCases } from '../common/average';
import { placeRows } from '../common/placeRows';
import { rowsOf } from '../common/rows';
import type { DocumentContext } from '../experiment';
import { besideText } from './beside';
import type { Asked, Counted } from './readings';
import { lensEntries, type LensState, stateChoices } from './states';

const READINGS = [
  { key: 'topP', name: 'top', title: 'likeliest token', unit: 'probability' },
  { key: 'p', name: 'p', title: 'probability of the answer', unit: 'probability' },
  { key: 'rank', name: 'rank', title: 'rank of the answer (0 is first)', unit: 'places' },
  { key: 'entropy', name: 'entropy', title: 'entropy', unit: 'nats' },
  { key: 'kl', name: 'kl', title: 'KL(final || lens)', unit: 'nats' },
] as const;

export function figuresOf(spec: Asked, cases: readonly Counted[], context: DocumentContext): Figure[] {
  return spec.states.flatMap((state) => {
    const shown = cases.filter(({ numbers }) => numbers.states[state]);
    return shown.length === 0 ? [] : stateFigures(spec, state, shown, context);
  });
}

function stateFigures(
  spec: Asked,
  state: LensState,
  cases: readonly Counted[],
  { spec: model, decode, outcome }: DocumentContext,
): Figure[] {
  const rows = placeRows(spec, spec.positions, decode);
  const layers = {
    name: 'block',
    labels: lensEntries(model, state, spec.lens?.layers).map(({ label }) => label),
  };
  const E = layers.labels.length;
  const gathered = ({ i, numbers }: Counted, key: (typeof READINGS)[number]['key']) => {
    const values = numbers.states[state]![key];
    const positions = rowsOf(spec.positions, spec.cases[i]!, 'positions');
    return rows.positions(i).flatMap((group) =>
      Array.from({ length: E }, (_, e) =>
        meanAt(
          values,
          group.map((row) => e * positions.length + positions.indexOf(row)),
        ),
      ),
    );
  };
  const maps = READINGS.map(({ key, name, title, unit }): Figure => {
    const [only, another] = cases;
    const what = key === 'topP' ? `likeliest ${outcomeWord(spec.outcomes)}` : title;
    const tops = only!.numbers.states[state]!.top;
    const T = tops.length / E;
    const isText = key === 'topP' && !another && rows.axis.labels.length === T;
    return {
      name: `${state}_${name}`,
      title: `${what}, ${stateChoices[state]}`,
      axes: [rows.axis, layers],
      unit,
      ...averaged(
        cases.map((one) => gathered(one, key)),
        { ...overCases(spec, cases), isDivergence: key === 'kl' },
      ),
      ...(isText
        ? {
            texts: Array.from({ length: T * E }, (_, cell) =>
              outcome(tops[(cell % E) * T + Math.floor(cell / E)]!),
            ),
          }
        : {}),
      drawn: 'heatmap',
      scale: 'positive',
    };
  });
  if (spec.cases.length > 1) return maps;
  const list = cases[0]!.numbers.states[state]!.list;
  const likeliest: Figure = {
    name: `${state}_list`,
    title: `likeliest ${spec.outcomes ?? 'tokens'} at the answer’s row, ${stateChoices[state]}`,
    axes: [layers, { name: 'place', labels: list[0]!.map((_, k) => `${k + 1}`) }],
    unit: 'probability',
    values: list.flatMap((row) => row.map(({ p }) => p)),
    texts: list.flatMap((row) => row.map(({ token }) => outcome(token))),
    drawn: 'table',
    scale: 'positive',
  };
  return [...maps, likeliest];
}

/** Where the answer takes the lead for good (one prompt), or reaches half its final probability. */
export function findingOf(spec: Asked, cases: readonly Counted[], context: DocumentContext): string {
  const { spec: model, outcome } = context;
  const [state] = spec.states;
  const shown = cases.filter(({ numbers }) => numbers.states[state!]);
  if (shown.length === 0) return 'Nothing is read yet.';
  const labels = lensEntries(model, state!, spec.lens?.layers).map(({ label }) => label);
  const where = (e: number) => (labels[e] === 'emb' ? 'before block 0' : `block ${labels[e]}`);
  const at = (e: number) => shown.map(({ numbers }) => numbers.states[state!]!.atAnswer[e]!.p);
  const last = labels.length - 1;
  const reading = `Reading the ${stateChoices[state!]}`;
  const beside = besideText(spec, cases, context);
  if (spec.cases.length === 1) {
    const { atAnswer } = shown[0]!.numbers.states[state!]!;
    const answer = `*${outcome(spec.cases[0]!.answer.id).trim()}*`;
    const final = atAnswer[last]!;
    if (final.rank > 0)
      return `${reading}, ${answer} is not the likeliest ${outcomeWord(spec.outcomes)} after the last block (rank ${final.rank}, p ${final.p.toPrecision(2)}).${beside}`;
    const from = atAnswer.findLastIndex(({ rank }) => rank > 0) + 1;
    return `${reading}, ${answer} is the likeliest ${outcomeWord(spec.outcomes)} from ${where(from)} on (p ${atAnswer[from]!.p.toPrecision(2)} there, ${final.p.toPrecision(2)} at the end).${beside}`;
  }
  const final = mean(at(last));
  const half = labels.findIndex((_, e) => mean(at(e)) >= final / 2);
  return `${reading}, the answer passes half of its final probability (${final.toPrecision(2)}) at ${where(half)}: ${mean(at(half)).toPrecision(2)}, over ${shown.length} prompts.${beside}`;
}
