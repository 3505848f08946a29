/** What is under the pointer, in words: what was replaced by what, and what came of it. */
import type { TraceDocument } from '../../results/document';
import { metricValue, percent } from '../../results/format';
import { metricTitle } from '../metric';
import { drawnQuestion } from '../question';
import type { Selection } from '../selection';
import { KIND_NAMES, type TraceCell, type TraceView } from '../trace/select';

export interface InspectorView {
  readonly title: string;
  readonly sentence: string;
  readonly cell: TraceCell | null;
  /** Hook site that was written, in TransformerLens's words. */
  readonly site: string | null;
}

const SITES = { hidden: 'hook_resid_post', mlp: 'hook_mlp_out', attn: 'hook_attn_out' } as const;

export function selectInspector(
  document: TraceDocument,
  view: TraceView,
  selection: Selection,
): InspectorView {
  const { row, layer, kind } = selection;
  const token = view.rows[row]?.text ?? '';
  const cell = view.maps.find((map) => map.kind === kind)?.cells[row]?.[layer] ?? null;
  if (!cell) {
    const where = layer < 0 ? 'the embedding' : `layer ${layer}`;
    return { title: `${token}, ${where}`, sentence: 'Nothing was restored here.', cell: null, site: null };
  }
  const [begin, end] = cell.layers;
  const blocks = end - begin === 1 ? `block ${begin}` : `blocks ${begin} to ${end - 1}`;
  const how =
    drawnQuestion(document).corruption.type === 'noise'
      ? 'noise on the subject'
      : 'the other prompt’s tokens';
  const lost = document.clean.metric - document.corrupted.metric;
  const share =
    lost === 0 ? '' : `: ${percent(Math.round((cell.effect / lost) * 1000) / 1000)} of what was lost`;
  const doubt = cell.uncertain ? ' No effect is shown beyond these draws, so this may be chance.' : '';
  return {
    title: `${token}, layer ${layer}, ${KIND_NAMES[kind]}`,
    sentence:
      `In the run with ${how}, the ${KIND_NAMES[kind]} of ${token} ${kind === 'hidden' ? 'after' : 'in'} ${blocks} was replaced by ` +
      `its value from the clean run. ${metricTitle(document)} became ${metricValue(document.metric, cell.restored)}${share}.${doubt}`,
    cell,
    site:
      end - begin === 1 ? `blocks.${begin}.${SITES[kind]}` : `blocks.{${begin}..${end - 1}}.${SITES[kind]}`,
  };
}
