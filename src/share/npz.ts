/** Documents as .npz: a trace's map in ROME's fields, a study's figures as arrays. */
import type { TraceSpec } from '../experiments/trace/spec';
import { levelOf } from '../results/cell';
import type { ResultDocument } from '../results/document';
import { pName } from '../results/trace';
import { TRACE_KINDS, type TraceKind } from '../results/traceMap';
import { entryNames } from '../util/code/fileName';
import { floats, integers, type NpyArray, strings, toNpz } from './npy';
import { quoted } from '../util/parse';

/**
 * One kind in the format of ROME's `experiments/causal_trace.py` (Meng et al. 2022): scores are p
 * of the answer. Throws one sentence if the kind was not traced.
 */
export function traceToNpz(document: ResultDocument, kind: TraceKind): Uint8Array {
  const { subject, window, metric } = document.spec as TraceSpec;
  const figure = document.figures.find(({ name }) => name === (metric === 'p' ? kind : pName(kind)));
  if (!figure) {
    const traced = TRACE_KINDS.filter((one) => document.figures.some(({ name }) => name === one));
    throw new Error(
      `export: this kind has no probabilities, got ${quoted(kind)}, expected one of ${traced.join(', ')}.`,
    );
  }
  const [T, L] = [document.tokens.length, figure.axes[1]!.labels.length];
  const level = (name: string) => floats([levelOf(figure, name)?.value ?? null], []);
  const arrays = {
    scores: floats(figure.values.slice(0, T * L), [T, L]),
    low_score: level('corrupted'),
    high_score: level('clean'),
    input_ids: integers(document.tokens.map(({ id }) => id)),
    input_tokens: strings(document.tokens.map(({ token }) => token)),
    subject_range: integers([subject.begin, subject.end]),
    answer: strings([document.answer!.token], []),
    window: integers([window.size], []),
    correct_prediction: { shape: [], values: [document.predicted!.id === document.answer!.id] },
    kind: strings([kind === 'hidden' ? '' : kind], []),
  };
  return toNpz(Object.entries(arrays));
}

/**
 * One array per figure (NaN: undefined) with `NAME.intervals` and `NAME.ranges` [..., 2], and
 * `axes` (JSON). Its `array` gives NAME if a figure's name is invalid or ambiguous as a file name.
 */
export function figuresToNpz({ figures, kind, finding }: ResultDocument): Uint8Array {
  const names = figures.map(({ name }) => name);
  const entries = entryNames(names, ['axes'], ['.intervals', '.ranges']);
  const arrays = figures.flatMap(({ axes, values, intervals, ranges }, i): [string, NpyArray][] => {
    const shape = axes.map(({ labels }) => labels.length);
    const pairs = Object.entries({ intervals, ranges }).flatMap(([part, list]): [string, NpyArray][] => {
      if (!list) return [];
      const ends = list.flatMap((pair) => pair ?? [null, null]);
      return [[`${entries[i]}.${part}`, floats(ends, [...shape, 2])]];
    });
    return [[entries[i]!, floats(values, shape)], ...pairs];
  });
  const about = figures.map(({ name, title, unit, axes }, i) => [
    name,
    { title, unit, axes, ...(entries[i] === name ? {} : { array: entries[i] }) },
  ]);
  const axes = JSON.stringify({ kind, finding, figures: Object.fromEntries(about) });
  return toNpz([...arrays, ['axes', strings([axes], [])]]);
}
