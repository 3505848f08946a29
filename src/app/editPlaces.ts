/** What is selected, as a place to edit: a figure's cell, a graph's node or wire. */
import { partOf } from '../panels/figure/reach';
import type { FigureSelection } from '../panels/figure/select';
import type { ResultDocument } from '../results/document';
import { tokenLabels } from '../results/tokens';
import type { Place } from './edits';

/** The place of a figure's cell; null if it has none in the model. */
export function placeOfCell(
  document: ResultDocument,
  selection: FigureSelection | null,
): Partial<Place> | null {
  if (!selection) return null;
  const { place, figure } = selection;
  const numberOf = (name: string): number | undefined => {
    const label = place[name];
    return label !== undefined && /^\d+$/.test(label) ? Number(label) : undefined;
  };
  const [layer, head, neuron] = ['layer', 'head', 'neuron'].map(numberOf);
  const labels = tokenLabels(document);
  const row = (name: string) => labels.findIndex(({ label }) => label === place[name]);
  const position = row('position') < 0 ? row('destination') : row('position');
  const at = { position: position < 0 ? null : position };
  if (layer === undefined) return position < 0 ? null : { part: 'token', ...at };
  if (row('source') >= 0 && head !== undefined)
    return { part: 'look', layer, head, ...at, key: row('source') };
  if (head !== undefined) return { part: 'head', layer, head, ...at };
  if (neuron !== undefined) return { part: 'neuron', layer, neuron, ...at };
  return { part: partOf(figure), layer, ...at };
}

/** The place of a graph's node or edge; null for groups. */
export function placeOfNode(id: string | null): Partial<Place> | null {
  if (id === null) return null;
  if (id.includes('->')) return { part: 'wire', wire: id };
  const [node, at] = id.split('@');
  const position = at === undefined ? null : Number(at);
  const [, kind, layer, head, neuron] = /^([am])(\d+)(?:\.h(\d+)|\.n(\d+))?$/.exec(node!) ?? [];
  if (node === 'input') return { part: 'token', position };
  if (kind === undefined) return null;
  const block = { layer: Number(layer), position };
  if (head !== undefined) return { part: 'head', head: Number(head), ...block };
  if (neuron !== undefined) return { part: 'neuron', neuron: Number(neuron), ...block };
  return { part: kind === 'm' ? 'mlp' : 'attention', ...block };
}
