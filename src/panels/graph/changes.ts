/** Changes to a graph's picture, with undo. */
import type { GraphView, Prune } from './view';

export type GraphChange =
  | { readonly do: 'prune'; readonly prune: Prune }
  | { readonly do: 'select'; readonly id: string | null }
  /** Alone: replaces the pins; otherwise toggles one. */
  | { readonly do: 'pin'; readonly id: string; readonly alone: boolean }
  | { readonly do: 'release' }
  | { readonly do: 'group'; readonly nodes: readonly string[]; readonly name?: string }
  | { readonly do: 'ungroup'; readonly name: string }
  | { readonly do: 'rename'; readonly name: string; readonly to: string }
  | { readonly do: 'annotate'; readonly id: string; readonly text: string }
  | { readonly do: 'hide'; readonly ids: readonly string[] }
  | { readonly do: 'show all' }
  | { readonly do: 'cut'; readonly ids: readonly string[] }
  | { readonly do: 'restore'; readonly ids: readonly string[] };

/** The view after a change; the same object if nothing changed. */
export function changed(view: GraphView, change: GraphChange): GraphView {
  switch (change.do) {
    case 'prune':
      return { ...view, prune: change.prune };
    case 'select':
      return change.id === view.selection ? view : { ...view, selection: change.id };
    case 'pin':
      return pinned(view, change.id, change.alone);
    case 'release':
      return view.pinned.length === 0 && view.selection === null
        ? view
        : { ...view, pinned: [], selection: null };
    case 'group':
      return grouped(view, change.nodes, change.name);
    case 'ungroup':
      return ungrouped(view, change.name);
    case 'rename':
      return renamed(view, change.name, change.to.trim());
    case 'annotate':
      return annotated(view, change.id, change.text);
    case 'hide':
      return {
        ...view,
        hidden: union(view.hidden, change.ids),
        pinned: without(view.pinned, change.ids),
        selection: view.selection !== null && change.ids.includes(view.selection) ? null : view.selection,
      };
    case 'show all':
      return { ...view, hidden: [] };
    case 'cut':
      return { ...view, cut: union(view.cut, change.ids) };
    case 'restore':
      return { ...view, cut: without(view.cut, change.ids) };
  }
}

/** A view and its predecessors, newest first. */
export interface GraphEdits {
  readonly view: GraphView;
  readonly past: readonly GraphView[];
  /** The last change. */
  readonly last?: GraphChange['do'];
}

const REMEMBERED = 100;

/** Selecting is not a step; a slider drag is one. */
export function edited({ view, past, last }: GraphEdits, change: GraphChange): GraphEdits {
  const next = changed(view, change);
  if (next === view) return { view, past, ...(last && { last }) };
  if (change.do === 'select') return { view: next, past, ...(last && { last }) };
  const isDrag = change.do === 'prune' && last === 'prune';
  return { view: next, past: isDrag ? past : [view, ...past].slice(0, REMEMBERED), last: change.do };
}

export function undone({ view, past }: GraphEdits): GraphEdits {
  const [before, ...rest] = past;
  return before ? { view: before, past: rest } : { view, past };
}

function pinned(view: GraphView, id: string, alone: boolean): GraphView {
  const isPinned = view.pinned.includes(id);
  if (alone)
    return isPinned && view.pinned.length === 1
      ? { ...view, pinned: [], selection: null }
      : { ...view, pinned: [id], selection: id };
  return {
    ...view,
    pinned: isPinned ? without(view.pinned, [id]) : [...view.pinned, id],
    selection: id,
  };
}

/** Members leave their old groups; a group among the nodes joins whole. */
function grouped(view: GraphView, ids: readonly string[], given?: string): GraphView {
  const nodes = union(
    [],
    ids.flatMap((id) => view.groups.find(({ name }) => name === id)?.nodes ?? [id]),
  );
  if (nodes.length < 2) return view;
  const groups = view.groups
    .map((group) => ({ ...group, nodes: without(group.nodes, nodes) }))
    .filter((group) => group.nodes.length > 0);
  const name = freeName(groups, given?.trim() || `Group ${groups.length + 1}`);
  return { ...view, groups: [...groups, { name, nodes }], pinned: [name], selection: name };
}

function ungrouped(view: GraphView, name: string): GraphView {
  const group = view.groups.find((other) => other.name === name);
  if (!group) return view;
  const { [name]: _note, ...notes } = view.notes;
  return {
    ...view,
    groups: view.groups.filter((other) => other !== group),
    notes,
    pinned: group.nodes,
    selection: group.nodes[0]!,
    cut: view.cut.includes(name) ? union(without(view.cut, [name]), group.nodes) : view.cut,
    hidden: view.hidden.includes(name) ? union(without(view.hidden, [name]), group.nodes) : view.hidden,
  };
}

function renamed(view: GraphView, name: string, wished: string): GraphView {
  const others = view.groups.filter((group) => group.name !== name);
  if (wished === '' || wished === name || others.length === view.groups.length) return view;
  const to = freeName(others, wished);
  const swap = (ids: readonly string[]) => ids.map((id) => (id === name ? to : id));
  const { [name]: note, ...notes } = view.notes;
  return {
    ...view,
    groups: view.groups.map((group) => (group.name === name ? { ...group, name: to } : group)),
    notes: note === undefined ? notes : { ...notes, [to]: note },
    pinned: swap(view.pinned),
    hidden: swap(view.hidden),
    cut: swap(view.cut),
    selection: view.selection === name ? to : view.selection,
  };
}

function annotated(view: GraphView, id: string, text: string): GraphView {
  if ((view.notes[id] ?? '') === text) return view;
  const { [id]: _before, ...notes } = view.notes;
  return { ...view, notes: text.trim() === '' ? notes : { ...notes, [id]: text } };
}

function freeName(groups: GraphView['groups'], wished: string): string {
  const isTaken = (name: string) => groups.some((group) => group.name === name);
  let name = wished;
  for (let i = 2; isTaken(name); i++) name = `${wished} ${i}`;
  return name;
}

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];
const without = (a: readonly string[], b: readonly string[]): string[] => a.filter((id) => !b.includes(id));
