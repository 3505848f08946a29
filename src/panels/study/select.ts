/** Sentences that a study's document implies. */
import { promptOf } from '../../results/asked';
import type { ResultDocument } from '../../results/document';
import { isOfNet, picturesAsked } from '../../results/ofNet';

/** 'One prompt: “The capital of France is”, by Atlas.' or '14 of 16 prompts, by Atlas.' */
export function caseWords(document: ResultDocument): string {
  const { cases, model } = document;
  const measured = cases.measured === cases.asked ? `${cases.asked}` : `${cases.measured} of ${cases.asked}`;
  if (isOfNet(document)) {
    const [name, ...others] = picturesAsked(document);
    if (name === undefined) return `Pictures that ${model.title} makes.`;
    return others.length === 0
      ? `One picture: ${name}, in ${model.title}.`
      : `${measured} pictures, in ${model.title}.`;
  }
  const { prompt } = promptOf(document);
  if (cases.asked === 1) return `One prompt: “${prompt}”, in ${model.title}.`;
  return `${measured} prompts, in ${model.title}.`;
}

/** This share of edits without effect suggests a mistake. */
const SUSPICIOUS = 0.95;

export function isSuspicious({ unchanged }: ResultDocument): boolean {
  return unchanged !== undefined && unchanged.of > 0 && unchanged.runs >= SUSPICIOUS * unchanged.of;
}

/** Reports the field's most common silent bug; null if every edit changed something. */
export function unchangedWords({ unchanged }: ResultDocument): string | null {
  if (!unchanged || unchanged.runs === 0) return null;
  const { runs, of, examples } = unchanged;
  const verb = runs === 1 ? 'edit' : 'edits';
  return `${runs} of ${of} ${verb} changed nothing at all, e.g. ${examples.slice(0, 3).join(', ')}: both runs agree there, or the edit misses what it is aimed at.`;
}
