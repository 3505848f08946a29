/**
 * A trace's question with the fields of its one prompt, and of its noise, at the top: as flags ask
 * it, and files of Loci 0.1.
 */
import { defined } from '../../util/defined';
import { quoted } from '../../util/parse';

type Question = Readonly<Record<string, unknown>>;

/** Other questions, and specs, stay as they are. Throws one sentence if the subject is given twice. */
export function withCases(question: Question): Question {
  const { prompt, subject, subjectRange, answer, distractor, corruptTo, noise, samples, seed, ...own } =
    question;
  if (typeof prompt !== 'string' || 'tokens' in question) return question;
  const one = {
    prompt,
    subject: subjectAsked(subject, subjectRange),
    answer,
    distractor,
    corrupted: corruptTo,
  };
  const drawn = defined({ noise, samples, seed });
  const isDrawn = corruptTo === undefined && Object.keys(drawn).length > 0;
  return {
    kind: 'causal-trace',
    ...own,
    cases: [defined(one)],
    ...(isDrawn && { corruption: { type: 'noise', ...drawn } }),
  };
}

/** Words, or positions [begin, end). */
function subjectAsked(words: unknown, range: unknown): unknown {
  if (range === undefined) return words;
  if (words !== undefined) {
    throw new Error(
      `subject: is given twice, got ${quoted(String(words))} and a range, expected one of them. Leave one out.`,
    );
  }
  // Anything else is refused where it is read.
  return Array.isArray(range) ? { begin: range[0], end: range[1] } : range;
}
