/** The model's next tokens, clean and corrupted. */
import type { ResultDocument } from '../../results/document';
import { NEXT_LOGITS, NEXT_TOKENS } from '../../results/trace';

export interface NextTokenView {
  readonly id: number;
  readonly text: string;
  readonly clean: { readonly p: number; readonly logit: number };
  /** null until a run measures it. */
  readonly corrupted: { readonly p: number; readonly logit: number } | null;
}

/** A row of the live prediction, most likely first. */
export interface LiveRow {
  readonly id: number;
  readonly text: string;
  readonly p: number;
  readonly logit: number;
}

/**
 * Rows of the document if it has them for the editor's prompt (`document` given), else the live
 * prediction without corrupted numbers.
 */
export function selectNextTokens(document: ResultDocument | null, live: readonly LiveRow[]): NextTokenView[] {
  const table = (name: string) => document?.figures.find((figure) => figure.name === name);
  const [p, logits] = [table(NEXT_TOKENS), table(NEXT_LOGITS)];
  const ids = p?.axes[0]?.ids;
  if (!p || !logits || !ids)
    return live.map(({ id, text, ...clean }) => ({ id, text, clean, corrupted: null }));
  const at = (cell: number) => ({ p: p.values[cell] ?? 0, logit: logits.values[cell] ?? 0 });
  return p.axes[0]!.labels.map((text, row) => ({
    id: ids[row]!,
    text,
    clean: at(2 * row),
    corrupted: at(2 * row + 1),
  }));
}
