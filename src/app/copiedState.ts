/** The state of one place, put into another: an edit of the clean run, or why not. */
import { findSite, hasSite, rowLayout } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import { capitalised } from '../util/capitalised';
import { type Change, changeOf, type Part, type Place, siteOf } from './edits';
import { textOf } from './editText';

const NAMES: Readonly<Record<Part, string>> = {
  stream: 'a layer',
  attention: 'attention',
  mlp: 'an MLP',
  head: 'a head',
  neuron: 'a neuron',
  token: 'a token',
  look: 'a look',
  wire: 'a wire',
};

/** Why a place has no state to be copied, in one sentence; null if it has. */
export function whyNoState(model: ModelSpec, place: Place): string | null {
  const site = siteOf(model, place);
  if (site === null)
    return `${capitalised(NAMES[place.part])} holds no state: choose a layer, a head or an MLP.`;
  if (!hasSite(model, site)) return 'This model has no such part.';
  if (place.position === null) return 'A state is copied at one position: choose one.';
  return null;
}

/** Why the state of `from` cannot be put into `to`, in one sentence; null if it can. */
export function whyNoCopy(model: ModelSpec, from: Place, to: Place): string | null {
  const problem = whyNoState(model, from) ?? whyNoState(model, to);
  if (problem !== null) return problem;
  if (from.part !== to.part)
    return `A state goes to a place of its kind, not from ${NAMES[from.part]} to ${NAMES[to.part]}.`;
  if (from.part === 'head' && from.head !== to.head)
    return `A state goes to the same head, not from head ${from.head} to head ${to.head}.`;
  if (from.part === 'neuron' && from.neuron !== to.neuron)
    return `A state goes to the same neuron, not from ${from.neuron} to ${to.neuron}.`;
  const [own, other] = [from, to].map((place) => siteOf(model, place)!);
  const [width, wanted] = [own!, other!].map((site) => rowLayout(model, findSite(model, site), 1).perHead);
  if (width !== wanted) return `The state has ${width} numbers, and ${wanted} fit there.`;
  return own === other && from.position === to.position ? 'This is the place that was copied.' : null;
}

/** act[site of `to`][q] = clean[site of `from`][p]. */
export function copyOf(model: ModelSpec, from: Place, to: Place): Change {
  const change = changeOf(model, to, 'zero') as Extract<Change, { edit: unknown }>;
  const site = siteOf(model, from)!;
  const read = site === change.edit.site ? {} : { site };
  return { edit: { ...change.edit, source: { kind: 'run', run: 'clean', ...read, rows: [from.position!] } } };
}

/** 'layer 3 at ·France' */
export function placeText(model: ModelSpec, place: Place, labels: readonly string[]): string {
  const { what, where } = textOf(changeOf(model, place, 'zero'), labels);
  return `${what} ${where}`;
}
