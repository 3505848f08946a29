/** What a finding changed since the one before it. */
import { promptIn } from '../../results/asked';
import type { ResultDocument } from '../../results/document';

/** 'other prompt, answer'; '' for the first finding of a visit or an equal question. */
export function whatDiffers(document: ResultDocument, before: ResultDocument | null): string {
  if (!before) return '';
  const [now, then] = [document, before].map(partsOf) as [Parts, Parts];
  const changed = Object.keys(now).filter(
    (part) => !isSame(now[part as keyof Parts], then[part as keyof Parts]),
  );
  // The tokens of another prompt differ everywhere.
  const listed = changed.filter((part) => part !== 'subject' || !changed.includes('prompt'));
  if (listed.length > 0) return `other ${listed.join(', ')}`;
  return isSame(document.spec, before.spec) ? '' : 'other settings';
}

type Parts = ReturnType<typeof partsOf>;

function partsOf(document: ResultDocument) {
  const asked = promptIn(document);
  return {
    model: document.model.sha256,
    question: document.kind,
    prompt: asked?.prompt,
    subject: asked?.subject,
    answer: asked?.answer.id,
    distractor: asked?.distractor?.id,
    metric: asked?.metric,
  };
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
