import { range } from '../../util/range';

/** An axis whose entries are numbers from 0, e.g. layers or heads. */
export const numbered = (name: string, n: number): { readonly name: string; readonly labels: string[] } => ({
  name,
  labels: range(0, n).map(String),
});
