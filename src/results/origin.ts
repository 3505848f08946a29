/** Where a finding comes from, for the foot of a picture: model, prompt, date. */
import { promptOf } from './asked';
import type { ResultDocument } from './document';

export function originOf(document: ResultDocument): string[] {
  const { model, environment, cases } = document;
  const { prompt } = promptOf(document);
  const asked = cases.asked === 1 ? (prompt === '' ? [] : [`“${prompt}”`]) : [`${cases.asked} prompts`];
  return [model.title, ...asked, environment.time.slice(0, 10)];
}

/** The same in one line, for files and paper. */
export const footOf = (document: ResultDocument): string => ['Loci', ...originOf(document)].join(' · ');
