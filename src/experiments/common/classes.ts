/** Answers of a model whose outcomes are classes: names from its config, in place of tokens. */
import type { ModelSpec } from '../../model/spec';
import { quoted } from '../../util/parse';

/** Class names that a sentence lists at most. */
const MOST_LISTED = 12;

type Classes = Pick<ModelSpec, 'head' | 'classes'>;

/** What a spec's `outcomes` says of this model: absent for tokens. */
export const outcomesOf = ({ head }: Classes): { outcomes?: 'classes' } =>
  head === 'classes' ? { outcomes: 'classes' } : {};

/** Number of the class of this name, in its own spelling or another's capitals; undefined if there is none. */
export function classNamed({ classes }: Classes, text: string): number | undefined {
  const plain = (name: string) => name.trim().toLowerCase();
  const exact = classes.indexOf(text);
  if (exact >= 0) return exact;
  const alike = classes.flatMap((name, i) => (plain(name) === plain(text) ? [i] : []));
  return alike.length === 1 ? alike[0] : undefined;
}

/** As `classNamed`. Throws one sentence that lists the classes if there is none of that name. */
export function neededClass(model: Classes, text: string, where: string): number {
  const found = classNamed(model, text);
  if (found !== undefined) return found;
  const { classes } = model;
  const more = classes.length - MOST_LISTED;
  const names = `${classes.slice(0, MOST_LISTED).map(quoted).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  throw new Error(`${where}: is no class of this model, got ${quoted(text)}, expected one of ${names}.`);
}
