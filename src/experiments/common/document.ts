/** A study's document from its figures. */
import type { Graph } from '../../results/graph';
import { DOCUMENT_VERSION, type Figure, type ResultDocument } from '../../results/document';
import { percent, plainText } from '../../results/format';
import { typedText } from '../../results/typed';
import type { DocumentContext } from '../experiment';
import { isSkipped, type Skipped } from './skip';
import type { StudyCase, StudySpec } from './spec';
import { quoted } from '../../util/parse';

export interface Found {
  /** One sentence with its number; quotations in asterisks. */
  readonly finding: string;
  readonly notes?: readonly string[];
  readonly figures: readonly Figure[];
  readonly graph?: Graph;
}

export function studyDocument(
  spec: StudySpec & { readonly kind: string },
  measured: readonly (object | Skipped | null)[],
  { model, counters, environment, unchanged, takenUp, decode, outcome }: DocumentContext,
  { finding, notes = [], figures, graph }: Found,
): ResultDocument {
  const skipped = measured.flatMap((numbers, i) => {
    if (numbers === null || !isSkipped(numbers)) return [];
    const one = spec.cases[i]!;
    const { said, p } = numbers.skipped;
    const reason = `the model says ${quoted(outcome(said))} (${plainText(percent(p))}), expected ${quoted(outcome(one.answer.id))} with at least 50 %`;
    return [{ case: i, label: one.label ?? one.prompt, reason }];
  });
  const known = measured.filter((numbers) => numbers !== null).length;
  const n = spec.cases.length;
  const leftOut = (spec.leftOut ?? []).map((one, i) => ({ case: n + i, ...one }));
  return {
    format: 'loci',
    version: DOCUMENT_VERSION,
    kind: spec.kind,
    spec,
    model,
    tokens: spec.cases[0]!.tokens.map((id) => ({ id, token: decode(id) })),
    finding,
    notes: [
      ...notes,
      ...typedNotes(spec, outcome),
      ...(takenUp > 0
        ? [
            `Taken up after an interruption: ${takenUp} cases were measured before it; time and counters include them.`,
          ]
        : []),
    ],
    figures: [...figures],
    ...(graph ? { graph } : {}),
    cases: {
      asked: n + leftOut.length,
      measured: known - skipped.length,
      skipped: [...skipped, ...leftOut],
    },
    ...(unchanged.of > 0 ? { unchanged: { ...unchanged, examples: [...unchanged.examples] } } : {}),
    counters,
    environment,
  };
}

/** Notes that only an answer's first token is traced: which one, or in how many prompts. */
function typedNotes({ cases }: StudySpec, outcome: (id: number) => string): string[] {
  const several = cases.filter(({ answer, distractor }) => answer.typed ?? distractor?.typed);
  const [only] = several;
  if (!only) return [];
  const { answer, distractor } = only;
  const read = ({ id, typed }: StudyCase['answer']) => ({ typed, token: outcome(id) });
  const text = typedText(read(answer), distractor && read(distractor))!;
  const count = `In ${several.length} of ${cases.length} prompts the answer or the distractor is several tokens.`;
  return [cases.length === 1 ? text : `${count} ${text}`];
}
