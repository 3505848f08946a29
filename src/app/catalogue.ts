/** The page's questions, from the registry, and why some cannot be asked. */
import type { About, Mediator, Search } from '../experiments/experiment';
import type { Draft } from './stores/draft';
import type { ModelInfo } from '../engine/api';
import { capitalised } from '../util/capitalised';

export interface Question {
  readonly kind: string;
  readonly about: About;
}

export type Catalogue = readonly Question[];

export function questionOf(catalogue: Catalogue | null, kind: string): Question | null {
  return catalogue?.find((question) => question.kind === kind) ?? null;
}

/** What a question lacks, as words after 'needs'; null if it can be asked. */
export function lacking(
  { about }: Question,
  draft: Draft,
  model: ModelInfo | null,
  hasSubject: boolean,
): string | null {
  const { needs = {} } = about;
  if (model?.spec.head === 'none') return 'a model that predicts tokens';
  const own = draft.options[draft.kind] ?? {};
  const empty = Object.entries(needs.own ?? {}).filter(([field]) => own[field] === undefined);
  if (empty.length > 0) return empty.map(([, words]) => words).join(' and ');
  if (needs.own) return null;
  // A set's prompts have their own subjects, twins and distractors.
  if (draft.set) return null;
  if ((needs.cases ?? 1) > 1) return `at least ${needs.cases} prompts: choose a task set`;
  if (needs.subject && !hasSubject) return 'a subject: mark its tokens';
  if (needsTwin(about, draft) && draft.corruptTo.trim() === '') return 'a corrupted twin';
  return null;
}

/** The prompts are corrupted by noise, or by a twin; undefined: not chosen. */
export const corruptionOf = ({ kind, options }: Draft): unknown =>
  (options[kind]?.corruption as { readonly type?: unknown } | undefined)?.type;

export function needsTwin({ needs = {} }: About, draft: Draft): boolean {
  const own = draft.options[draft.kind] ?? {};
  const isChosen = Object.entries(needs.twinIf ?? {}).some(([name, value]) => own[name] === value);
  return needs.corrupted === true || corruptionOf(draft) === 'twin' || isChosen;
}

/** An engine message in the form's words: no experiment name, labels for fields. */
export function plainly(message: string, question: Question | null): string {
  const [, kind, field, rest] = /^([a-z][a-z-]*): (?:([\w.[\]]+): )?(.*)$/s.exec(message) ?? [];
  if (kind === undefined || (kind !== 'trace' && kind !== question?.kind)) return message;
  const name = field?.split(/[.[]/)[0];
  const label = question?.about.options?.find((option) => option.name === name)?.label;
  const text = field === undefined ? rest! : `${label ?? field.split('.').at(-1)}: ${rest}`;
  return capitalised(text);
}

export const MEDIATORS: readonly Mediator[] = [
  'input token',
  'residual stream',
  'sub-layer',
  'head',
  'attention',
  'neuron',
  'edge',
  'direction',
];
export const SEARCHES: readonly Search[] = ['exhaustive', 'gradient', 'observation', 'supervised', 'user'];

export function inCell(catalogue: Catalogue, mediator: Mediator, search: Search): Catalogue {
  const isIn = ({ search: own, byGradient }: About) =>
    own === search || (search === 'gradient' && byGradient !== undefined);
  return catalogue.filter(({ about }) => isIn(about) && about.mediators.includes(mediator));
}

/** Why a cell of the map is empty. */
export function emptyReason(catalogue: Catalogue, mediator: Mediator, search: Search): string {
  const elsewhere = SEARCHES.filter((other) => inCell(catalogue, mediator, other).length > 0);
  if (search === 'supervised') return 'not learned yet: it needs training';
  if (search === 'exhaustive' && mediator === 'direction')
    return 'there are infinitely many directions: they are learned or chosen';
  if (elsewhere.length > 0)
    return `searched another way: ${elsewhere.map((other) => SEARCH_NAMES[other]).join(', ')}`;
  return 'no experiment yet';
}

export const SEARCH_NAMES: Readonly<Record<Search, string>> = {
  exhaustive: 'try all',
  gradient: 'differentiate',
  observation: 'read off',
  supervised: 'learn',
  user: 'choose',
};
