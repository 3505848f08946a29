/** The next-token table: what the model says, clean and corrupted. */
import type { TraceDocument } from '../../results/document';

export interface NextTokenView {
  readonly id: number;
  readonly text: string;
  readonly clean: { readonly p: number; readonly logit: number };
  /** null until a run has measured it. */
  readonly corrupted: { readonly p: number; readonly logit: number } | null;
}

/** A row of the model's live answer, most likely first. */
export interface LiveRow {
  readonly id: number;
  readonly text: string;
  readonly p: number;
  readonly logit: number;
}

/**
 * Rows of the document where it is about the prompt that stands in the editor (`document` given), else the
 * live prediction, without corrupted numbers.
 */
export function selectNextTokens(document: TraceDocument | null, live: readonly LiveRow[]): NextTokenView[] {
  if (document) {
    return document.nextTokens.map((row) => ({
      id: row.id,
      text: row.token,
      clean: row.clean,
      corrupted: row.corrupted,
    }));
  }
  return live.map((row) => ({
    id: row.id,
    text: row.text,
    clean: { p: row.p, logit: row.logit },
    corrupted: null,
  }));
}
