/** Documents as .npz: a trace's map in the fields of ROME's files, a study's figures as arrays. */
import type { TraceSpec } from '../experiments/trace/spec';
import type { TraceDocument, TraceKind } from '../results/document';
import type { StudyDocument } from '../results/study';
import { entryNames } from '../util/code/fileName';
import { floats, integers, type NpyArray, strings, toNpz } from './npy';
import { quoted } from '../util/parse';

/**
 * The result file of ROME's `experiments/causal_trace.py` (Meng et al. 2022) for one kind: scores are p of the answer.
 * Throws one sentence if the kind was not traced.
 */
export function traceToNpz(document: TraceDocument, kind: TraceKind): Uint8Array {
  const result = document.kinds[kind];
  const scores = document.metric === 'p' ? result?.restored : result?.p;
  if (!scores) {
    const traced = Object.keys(document.kinds).join(', ');
    throw new Error(`export: this kind was not traced, got ${quoted(kind)}, expected one of ${traced}.`);
  }
  const { subject, window } = document.spec as TraceSpec;
  const arrays = {
    scores: floats(scores.flat(), [scores.length, scores[0]!.length]),
    low_score: floats([document.corrupted.p], []),
    high_score: floats([document.clean.p], []),
    input_ids: integers(document.tokens.map(({ id }) => id)),
    input_tokens: strings(document.tokens.map(({ token }) => token)),
    subject_range: integers([subject.begin, subject.end]),
    answer: strings([document.answer.token], []),
    window: integers([window.size], []),
    correct_prediction: { shape: [], values: [document.predicted.id === document.answer.id] },
    kind: strings([kind === 'hidden' ? '' : kind], []),
  };
  return toNpz(Object.entries(arrays));
}

/**
 * One array per figure (NaN where a value is undefined), `NAME.intervals` and `NAME.ranges` [..., 2] beside it, and `axes`:
 * JSON. It says under `array` what stands for NAME, if a figure's name cannot be one of a file, or two would be the same.
 */
export function studyToNpz({ figures, kind, finding }: StudyDocument): Uint8Array {
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
