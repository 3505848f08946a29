import type { ModelInfo } from '../engine/api';
import type { ResultDocument } from '../results/document';

/**
 * 'Atlas, and GPT-2 is open' where a finding is about another model than the open one; null where it is about that one.
 * Revisions of a model share an id, so the weights decide; where names do not tell two models apart, the weights' hashes do.
 */
export function otherModel(
  about: ResultDocument['model'],
  open: Pick<ModelInfo, 'id' | 'title' | 'sha256'>,
): string | null {
  if (about.id === open.id && about.sha256 === open.sha256) return null;
  const isNamesake = about.title === open.title;
  const [mine, theirs] = [about, open].map(({ title, sha256 }) =>
    isNamesake ? `${title} with weights ${sha256.slice(0, 8)}` : title,
  );
  return `${mine}, and ${theirs} is open`;
}
