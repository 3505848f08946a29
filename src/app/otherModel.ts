import type { ModelInfo } from '../engine/api';
import type { ResultDocument } from '../results/document';

/**
 * 'Atlas, and GPT-2 is open' if a finding is about another model than the open one; else null.
 * Revisions share an id, so weights decide; if names are equal, shows their hashes.
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
