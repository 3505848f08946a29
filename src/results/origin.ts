/** Where a finding comes from, for the foot of a picture: model, prompt, date. */
import { promptOf } from './asked';
import type { ResultDocument } from './document';
import { isOfNet, picturesAsked } from './ofNet';

export function originOf(document: ResultDocument): string[] {
  const { model, environment } = document;
  return [model.title, ...askedIn(document), environment.time.slice(0, 10)];
}

function askedIn(document: ResultDocument): string[] {
  const { asked } = document.cases;
  if (isOfNet(document)) {
    const names = picturesAsked(document);
    return names.length === 1 ? names : names.length === 0 ? [] : [`${asked} pictures`];
  }
  const { prompt } = promptOf(document);
  return asked === 1 ? (prompt === '' ? [] : [`“${prompt}”`]) : [`${asked} prompts`];
}

/** The same in one line, for files and paper. */
export const footOf = (document: ResultDocument): string => ['Loci', ...originOf(document)].join(' · ');
