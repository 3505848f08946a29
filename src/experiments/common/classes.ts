/** Answers of a classifier: class names from its config instead of tokens. */
import type { ModelSpec } from '../../model/spec';
import { quoted } from '../../util/parse';

/** Most class names listed in a message. */
const MOST_LISTED = 12;

type Classes = Pick<ModelSpec, 'head' | 'classes'>;

/** A spec's `outcomes` for this model: absent for tokens. */
export const outcomesOf = ({ head }: Classes): { outcomes?: 'classes' } =>
  head === 'classes' ? { outcomes: 'classes' } : {};

/** Index of the class with this name, exact or ignoring case; undefined if there is none. */
export function classNamed({ classes }: Classes, text: string): number | undefined {
  const plain = (name: string) => name.trim().toLowerCase();
  const exact = classes.indexOf(text);
  if (exact >= 0) return exact;
  const alike = classes.flatMap((name, i) => (plain(name) === plain(text) ? [i] : []));
  return alike.length === 1 ? alike[0] : undefined;
}

/** As `classNamed`. Throws one sentence that lists the classes. */
export function neededClass(model: Classes, text: string, where: string): number {
  const found = classNamed(model, text);
  if (found !== undefined) return found;
  const { classes } = model;
  const more = classes.length - MOST_LISTED;
  const names = `${classes.slice(0, MOST_LISTED).map(quoted).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  throw new Error(`${where}: is no class of this model, got ${quoted(text)}, expected one of ${names}.`);
}
