/** Which findings have a smaller link, and when one is worth it. */
import type { ResultDocument } from '../results/document';
import { isOfNet } from '../results/ofNet';
import { TRACE_KINDS } from '../results/traceMap';

/** Some chats cut longer links. */
export const CUT_BY_CHATS = 2000;

/** Figures that a smaller link can hold. */
export function kindsOf(document: ResultDocument): string[] {
  const { kind, figures } = document;
  if (isOfNet(document)) return figures.flatMap(({ name, drawn }) => (drawn === 'map' ? [name] : []));
  return kind === 'causal-trace'
    ? figures.flatMap(({ name }) => (TRACE_KINDS.some((one) => one === name) ? [name] : []))
    : [];
}
