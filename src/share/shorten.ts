/**
 * A spec repeats much of its document (token ids, answer, metric, ...). In a link only what differs from the
 * repetition is written; null marks a field that the spec lacks although the document implies it.
 */
import type { TraceDocument } from '../results/document';
import { sameJson } from './sameJson';

type Spec = Record<string, unknown>;
type Implying = Pick<TraceDocument, 'kind' | 'model' | 'tokens' | 'answer' | 'metric'> & {
  readonly distractor?: TraceDocument['distractor'] | undefined;
  readonly kinds: Readonly<
    Record<string, { readonly groups: readonly { name: string; rows: number[] }[] } | undefined>
  >;
};

export function shortSpec(document: TraceDocument): Spec {
  const implied = impliedSpec(document);
  const names = new Set([...Object.keys(document.spec), ...Object.keys(implied)]);
  const differing = [...names].filter((name) => !sameJson(document.spec[name], implied[name]));
  return Object.fromEntries(differing.map((name) => [name, document.spec[name] ?? null]));
}

/** The inverse of `shortSpec`; `document` needs no spec of its own. */
export function wholeSpec(short: Spec, document: Implying): Spec {
  const fields = Object.entries({ ...impliedSpec(document), ...short });
  return Object.fromEntries(fields.filter(([, value]) => value !== null && value !== undefined));
}

function impliedSpec({ kind, model, tokens, answer, distractor, metric, kinds }: Implying): Spec {
  const names = Object.keys(kinds).filter((name) => kinds[name]);
  const groups = kinds[names[0] ?? '']?.groups ?? [];
  return {
    version: 1,
    kind,
    model: { id: model.id, revision: model.revision },
    bos: true,
    tokens: tokens.map(({ id }) => id),
    answer: { id: answer.id },
    distractor: distractor && { id: distractor.id },
    metric,
    direction: 'restore',
    kinds: names,
    groups: groups.map(({ name, rows }) => ({ name, rows })),
  };
}
