import { describe, expect, it } from 'vitest';
import { changed, edited, type GraphChange, undone } from './changes';
import { AS_FOUND, graphView } from './view';

const viewAfter = (...changes: GraphChange[]) => changes.reduce(changed, AS_FOUND);

describe('the view of a graph', () => {
  it('pins alone and together, and releases', () => {
    const both = viewAfter({ do: 'pin', id: 'm0', alone: true }, { do: 'pin', id: 'm1', alone: false });
    expect(both).toMatchObject({ pinned: ['m0', 'm1'], selection: 'm1' });
    expect(changed(both, { do: 'pin', id: 'm0', alone: false }).pinned).toEqual(['m1']);
    expect(changed(both, { do: 'pin', id: 'm0', alone: true }).pinned).toEqual(['m0']);
    expect(changed(both, { do: 'release' })).toEqual(AS_FOUND);
  });

  it('groups: a node is in one group, a group may be taken in, and an emptied one goes', () => {
    const one = viewAfter({ do: 'group', nodes: ['m0', 'm1'], name: 'early' });
    expect(one.groups).toEqual([{ name: 'early', nodes: ['m0', 'm1'] }]);
    const taken = changed(one, { do: 'group', nodes: ['early', 'm2'], name: 'all' });
    expect(taken.groups).toEqual([{ name: 'all', nodes: ['m0', 'm1', 'm2'] }]);
    const moved = changed(one, { do: 'group', nodes: ['m1', 'm3'] });
    expect(moved.groups.map(({ nodes }) => nodes)).toEqual([['m0'], ['m1', 'm3']]);
    expect(changed(one, { do: 'group', nodes: ['m5'] })).toBe(one);
  });

  it('renames a group everywhere it is named, and never to a name that is taken', () => {
    const view = viewAfter(
      { do: 'group', nodes: ['m0', 'm1'], name: 'early' },
      { do: 'annotate', id: 'early', text: 'writes the subject' },
      { do: 'cut', ids: ['early'] },
      { do: 'group', nodes: ['m2', 'm3'], name: 'late' },
      { do: 'rename', name: 'early', to: 'late' },
    );
    expect(view.groups.map(({ name }) => name)).toEqual(['late 2', 'late']);
    expect(view.notes).toEqual({ 'late 2': 'writes the subject' });
    expect(view.cut).toEqual(['late 2']);
    const apart = changed(view, { do: 'ungroup', name: 'late 2' });
    expect(apart).toMatchObject({ notes: {}, cut: ['m0', 'm1'], pinned: ['m0', 'm1'] });
  });

  it('hides what was pinned and shows it again; an empty note is none', () => {
    const view = viewAfter(
      { do: 'pin', id: 'm0', alone: true },
      { do: 'annotate', id: 'm0', text: 'x' },
      { do: 'hide', ids: ['m0'] },
      { do: 'annotate', id: 'm0', text: ' ' },
    );
    expect(view).toEqual({ ...AS_FOUND, hidden: ['m0'] });
    expect(changed(view, { do: 'show all' })).toEqual(AS_FOUND);
    expect(viewAfter({ do: 'cut', ids: ['a', 'b'] }, { do: 'restore', ids: ['a'] }).cut).toEqual(['b']);
  });

  it('is undone step by step; a drag is one step, moving the selection none', () => {
    const steps: GraphChange[] = [
      { do: 'prune', prune: { by: 'edges', count: 11 } },
      { do: 'prune', prune: { by: 'edges', count: 12 } },
      { do: 'select', id: 'm0' },
      { do: 'hide', ids: ['m1'] },
    ];
    const edits = steps.reduce(edited, { view: AS_FOUND, past: [] });
    expect(edits.past).toHaveLength(2);
    expect(undone(edits).view).toMatchObject({ hidden: [], selection: 'm0', prune: { count: 12 } });
    expect(undone(undone(edits)).view).toEqual(AS_FOUND);
    expect(undone(undone(undone(edits))).view).toEqual(AS_FOUND);
  });

  it('is plain JSON that its schema takes, and nothing else', () => {
    const view = viewAfter(
      { do: 'group', nodes: ['m0', 'm1'] },
      { do: 'prune', prune: { by: 'threshold', least: 0.1 } },
    );
    expect(graphView.parse(JSON.parse(JSON.stringify(view)))).toEqual(view);
    expect(graphView.safeParse({ ...view, prune: { by: 'edges' } }).success).toBe(false);
    expect(graphView.safeParse({ ...view, more: 1 }).success).toBe(false);
  });
});
