/**
 * Edits by hand: (place, verb, strength) to rows of an intervention's tables. Pure; `actions/edits.ts`
 * asks the model.
 */
import { GRIDS, type GridName } from '../experiments/common/grids';
import type { InterventionSpec } from '../experiments/intervention/spec';
import { hasSite } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import { promptOf } from '../results/asked';
import type { ResultDocument } from '../results/document';
import { range } from '../util/range';

export type EditRow = InterventionSpec['edits'][number];
type MaskRow = InterventionSpec['masks'][number];
type CutRow = InterventionSpec['cuts'][number];

/** A row of one of the tables; `off`: kept, but not applied. */
export type Change = ({ readonly edit: EditRow } | { readonly mask: MaskRow } | { readonly cut: CutRow }) & {
  readonly off?: true;
};

export interface Twin {
  readonly prompt: string;
  readonly tokens: readonly number[];
}

export interface Edits {
  readonly changes: readonly Change[];
  /** For prompts without a twin of their own. */
  readonly twin: Twin | null;
}

/** What an edit changes. */
export type Part = 'stream' | 'attention' | 'mlp' | 'head' | 'neuron' | 'token' | 'look' | 'wire';

export interface Place {
  readonly part: Part;
  readonly layer: number;
  readonly head: number;
  readonly neuron: number;
  /** null: all positions. */
  readonly position: number | null;
  /** The position that `look` hides. */
  readonly key: number;
  /** 'a0.h1->m1' */
  readonly wire: string;
}

export type Verb = 'zero' | 'mean' | 'twin' | 'noise' | 'scale' | 'towards' | 'hide' | 'hideAll' | 'cut';

export const FIRST_PLACE: Place = {
  part: 'head',
  layer: 0,
  head: 0,
  neuron: 0,
  position: null,
  key: 0,
  wire: '',
};

const OF_STATES: readonly Verb[] = ['zero', 'mean', 'twin', 'noise', 'scale', 'towards'];

export function verbsOf(part: Part): readonly Verb[] {
  if (part === 'look') return ['hide', 'hideAll'];
  return part === 'wire' ? ['cut', 'twin'] : OF_STATES;
}

const needsTwin = (verb: Verb): boolean => verb === 'twin' || verb === 'towards';

/** Why an edit cannot be made, in a few words; null if it can. */
export function whyNoEdit(
  model: ModelSpec,
  place: Place,
  verb: Verb,
  twin: Twin | null | undefined,
): string | null {
  const site = siteOf(model, place);
  if (site !== null && !hasSite(model, site)) return 'This model has no such part.';
  if (place.part === 'wire' && !place.wire.includes('->')) return 'Name a wire, such as a0.h1->m1.';
  const { part, position, key } = place;
  if (part === 'look' && verb === 'hide' && position !== null && model.attention.causal) {
    if (key > position) return 'That token comes later, and is not seen from there.';
    if (position === 0) return 'The first token sees nothing else.';
  }
  if (needsTwin(verb) && !twin) return 'Needs a twin: a prompt of as many tokens.';
  return null;
}

const GRID_OF: Readonly<Partial<Record<Part, GridName>>> = {
  stream: 'resid_post',
  attention: 'attn_out',
  mlp: 'mlp_out',
  head: 'attn_head_out_all_pos',
  neuron: 'neurons',
};

/** Null for what is not a state. */
export function siteOf(model: ModelSpec, { part, layer }: Place): string | null {
  if (part === 'token') return 'hook_embed';
  const grid = GRID_OF[part];
  return grid ? GRIDS[grid].site(model, layer) : null;
}

/** Strengths that an edit begins with. */
const BEGUN = { noise: 1, scale: 0.5, towards: 0.5 } as const;
const SEED = 1;

interface Given {
  /** Default: the verb's own. */
  readonly strength?: number;
  /** Tokens of the prompt; needed to hide its first one from all. */
  readonly T?: number;
}

/** The row of an edit. */
export function changeOf(
  model: ModelSpec,
  place: Place,
  verb: Verb,
  { strength, T = 1 }: Given = {},
): Change {
  const { part, layer, head, neuron, position, key, wire } = place;
  const rows: EditRow['rows'] = position === null ? 'all' : [position];
  if (part === 'look') {
    // The first token sees nothing but itself.
    const all = key === 0 ? range(1, T) : 'all';
    const queries = verb === 'hideAll' ? all : position === null ? 'answer' : [position];
    return { mask: { layers: [layer, layer + 1], head, queries, keys: [key], op: 'add' } };
  }
  if (part === 'wire') return { cut: cutOf(wire, verb) };
  const at = {
    site: siteOf(model, place)!,
    rows,
    ...(part === 'head' && { head }),
    ...(part === 'neuron' && { columns: [neuron, neuron + 1] as [number, number] }),
  };
  const twin = { kind: 'run', run: 'corrupted' } as const;
  switch (verb) {
    case 'mean':
      return { edit: { ...at, op: 'set', source: { kind: 'mean', run: 'clean' } } };
    case 'twin':
      return { edit: { ...at, op: 'set', source: twin } };
    case 'noise': {
      const scale = strength ?? BEGUN.noise;
      const source = { kind: 'noise', stream: 'mt19937-polar', seed: SEED, scale, draw: 0 } as const;
      return { edit: { ...at, op: 'add', source } };
    }
    case 'scale':
      return { edit: { ...at, op: 'scale', alpha: strength ?? BEGUN.scale } };
    case 'towards':
      return { edit: { ...at, op: 'lerp', alpha: strength ?? BEGUN.towards, source: twin } };
    default:
      return { edit: { ...at, op: 'set', source: { kind: 'constant', value: 0 } } };
  }
}

function cutOf(wire: string, verb: Verb): CutRow {
  const [edge, at] = wire.split('@');
  const [sender, receiver] = edge!.split('->');
  const source = verb === 'twin' ? ({ kind: 'run', run: 'corrupted' } as const) : undefined;
  return {
    senders: [sender!],
    receiver: receiver ?? '',
    rows: at === undefined ? 'all' : [Number(at)],
    ...(source && { source }),
  };
}

/** The list with one more; it takes the place of an edit of the same place. */
export function added(changes: readonly Change[], change: Change): readonly Change[] {
  const key = placeKey(change);
  const others = changes.filter((other) => placeKey(other) !== key);
  return [...others, change];
}

function placeKey(change: Change): string {
  if ('mask' in change) return JSON.stringify(['mask', { ...change.mask, value: 0 }]);
  if ('cut' in change) {
    const { senders, receiver, rows } = change.cut;
    return JSON.stringify(['cut', senders, receiver, rows]);
  }
  const { site, rows, head, columns } = change.edit;
  return JSON.stringify(['edit', site, rows, head, columns]);
}

export interface Strength {
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

/** What dragging changes; null: nothing. */
export function strengthOf(change: Change): Strength | null {
  if (!('edit' in change)) return null;
  const { op, alpha = 1, source } = change.edit;
  if (op === 'scale') return reaching(alpha, -1, 3);
  if (op === 'lerp') return reaching(alpha, -1, 3);
  if (op === 'add' && source?.kind === 'noise') return reaching(source.scale, 0, 10);
  if (op === 'add' && (source?.kind === 'unembedding' || source?.kind === 'vector'))
    return reaching(alpha, -2, 2);
  return null;
}

const reaching = (value: number, min: number, max: number): Strength => ({
  value,
  min: Math.min(min, value),
  max: Math.max(max, value),
});

export function withStrength(change: Change, value: number): Change {
  if (!('edit' in change)) return change;
  const { edit } = change;
  if (edit.op === 'add' && edit.source?.kind === 'noise')
    return { ...change, edit: { ...edit, source: { ...edit.source, scale: value } } };
  return { ...change, edit: { ...edit, alpha: value } };
}

export function switched(change: Change): Change {
  const { off, ...on } = change;
  return off ? (on as Change) : { ...change, off: true };
}

/** Whether an edit names no position: it then suits any prompt. */
export function suitsAnyPrompt(change: Change): boolean {
  if ('mask' in change) return isNamed(change.mask.queries) && isNamed(change.mask.keys);
  if ('cut' in change) return isNamed(change.cut.rows);
  const { rows, source } = change.edit;
  return isNamed(rows) && !(source?.kind === 'run' && source.rows);
}

const isNamed = (rows: EditRow['rows']): boolean =>
  rows === 'all' || rows === 'answer' || rows === 'before-answer';

/** The tables of what is switched on. */
export function tablesOf(
  changes: readonly Change[],
): Pick<InterventionSpec, 'edits' | 'masks' | 'rewrites' | 'cuts'> {
  const on = changes.filter(({ off }) => !off);
  return {
    edits: on.flatMap((change) => ('edit' in change ? [change.edit] : [])),
    masks: on.flatMap((change) => ('mask' in change ? [change.mask] : [])),
    rewrites: [],
    cuts: on.flatMap((change) => ('cut' in change ? [change.cut] : [])),
  };
}

export const isAnyOn = (changes: readonly Change[]): boolean => changes.some(({ off }) => !off);

/** The twin that edits read: the document's own, else the given one if it is as long. */
export function twinOf(document: ResultDocument, given: Twin | null): Twin | null {
  const { corrupted, tokens } = promptOf(document);
  if (corrupted) return corrupted;
  return given?.tokens.length === tokens.length ? given : null;
}

/** Next tokens listed. */
const TOP = 5;

/** The question whose answer stands beside the edits: what `loci run` would be given. */
export function editedQuestion(document: ResultDocument, { changes, twin }: Edits): Record<string, unknown> {
  const { bos, outcomes, cases: _, metric: __, ...asked } = promptOf(document);
  const { prompt, tokens, subject, answer, distractor, answerRow } = asked;
  const { id, revision } = document.model;
  const corrupted = twinOf(document, twin);
  const one = {
    prompt,
    tokens,
    ...(subject && { subject: { begin: subject.begin, end: subject.end } }),
    answer,
    ...(distractor && { distractor }),
    ...(answerRow !== undefined && { answerRow }),
    ...(corrupted && { corrupted }),
  };
  return {
    version: 1,
    kind: 'intervention',
    model: { id, revision },
    bos,
    metric: 'p',
    ...(outcomes && { outcomes }),
    cases: [one],
    ...tablesOf(changes),
    top: TOP,
  };
}
