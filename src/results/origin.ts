/** Where a finding comes from, for the foot of a picture: model, prompt or pictures, date. */
import { promptOf } from './asked';
import type { ResultDocument } from './document';

export function originOf(document: ResultDocument): string[] {
  const { model, environment } = document;
  return [model.title, ...askedText(document), environment.time.slice(0, 10)];
}

function askedText(document: ResultDocument): string[] {
  const { spec, cases, pictures } = document;
  if ('images' in spec)
    return cases.asked === 1 ? (pictures ?? []).map(({ name }) => name) : [`${cases.asked} pictures`];
  if (cases.asked > 1) return [`${cases.asked} prompts`];
  const { prompt } = promptOf(document);
  return prompt === '' ? [] : [`“${prompt}”`];
}

/** The same in one line, for files and paper. */
export const footOf = (document: ResultDocument): string => ['Loci', ...originOf(document)].join(' · ');
