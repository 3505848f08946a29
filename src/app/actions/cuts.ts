/** Cuts and mends made beside the picture: view changes, like those made in it. */
import { changed } from '../../panels/graph/changes';
import type { Loci } from '../loci';
import { viewGraph } from './graph';

/** Adds cuts: edges, or nodes and groups for all wires into them. */
export async function cutWires(loci: Loci, ids: readonly string[]): Promise<void> {
  await viewGraph(loci, changed(loci.graph.getState().view, { do: 'cut', ids }));
}

/** Mends a cut, by default the last. */
export async function mendCut(loci: Loci, name?: string): Promise<void> {
  const { view } = loci.graph.getState();
  const mended = name ?? view.cut.at(-1);
  await viewGraph(loci, changed(view, { do: 'restore', ids: mended === undefined ? [] : [mended] }));
}

export async function restoreAll(loci: Loci): Promise<void> {
  const { view } = loci.graph.getState();
  await viewGraph(loci, changed(view, { do: 'restore', ids: view.cut }));
}
