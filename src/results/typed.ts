/** Notes on answers of several tokens: the prompt predicts only the first. */
import { z } from 'zod';
import type { ResultDocument } from './document';
import { isPiece } from './spelling';
import { wordOf } from '../util/visible';

/** A traced token, and the typed text that it begins. */
interface Typed {
  readonly typed?: string | undefined;
  readonly token: string;
}

const traced = z.object({ typed: z.string().optional() });
const spec = z.object({ answer: traced, distractor: traced.optional() });

/** 'The answer was typed as 'New York'; its first token, 'New', is traced.'; null if equal. */
export function typedNote({ spec: asked, answer, distractor }: ResultDocument): string | null {
  const read = spec.safeParse(asked).data;
  return typedText(
    { typed: read?.answer.typed, token: answer?.token ?? '' },
    distractor && { typed: read?.distractor?.typed, token: distractor.token },
  );
}

export function typedText(answer: Typed, distractor: Typed | null | undefined): string | null {
  const text = (name: string, one: Typed | null | undefined): string[] =>
    one?.typed === undefined
      ? []
      : [`The ${name} was typed as '${one.typed.trim()}'; its first token, ${beginning(one)}, is traced.`];
  const notes = [...text('answer', answer), ...text('distractor', distractor)];
  return notes.length === 0 ? null : notes.join(' ');
}

/** A token may be an unreadable piece of a character. */
const beginning = ({ typed = '', token }: Typed): string =>
  isPiece(token) ? `a part of '${Array.from(typed.trim())[0]}'` : `'${wordOf(token)}'`;
