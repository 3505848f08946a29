/** Worked examples: real findings, stored as share links, so that the first is there before anything is loaded. */
import list from './examples.json';

export interface Example {
  readonly title: string;
  /** What to look for. */
  readonly note: string;
  /** Fragment of a share link, with its '#'. */
  readonly fragment: string;
}

export const examples: readonly Example[] = list;
