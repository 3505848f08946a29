/** The Jacobian lens beside the logit lens: the answer's row of both, at the blocks that both read. */
import type { ModelSpec } from '../../model/spec';
import type { Figure, FigureAxis } from '../../results/document';
import { mean } from '../../statistics/stats';
import { range } from '../../util/range';
import { averaged, overCases } from '../common/average';
import { lensText } from '../common/lens';
import type { DocumentContext } from '../experiment';
import type { Asked, Counted } from './readings';
import { lensEntries } from './states';

const LENSES = ['resid_post', 'jacobian'] as const;
const NAMES = ['logit lens', 'Jacobian lens'];

/** What the document says of the lens, and of what it lacks. */
export function lensNotes(spec: Asked, { nLayers }: ModelSpec): string[] {
  const { lens, states } = spec;
  if (!lens || !states.includes('jacobian')) return [];
  const last = nLayers - 1;
  const lacking = range(0, last).filter((layer) => !lens.layers.includes(layer));
  const one = lacking.length === 1;
  const without = one ? `Block ${lacking[0]} has` : `Blocks ${lacking.join(', ')} have`;
  return [
    `Jacobian lens: ${lensText(lens)}. Its maps leave out the embeddings, which have no matrix; the last block, ${last}, needs none.`,
    ...(lacking.length > 0 ? [`${without} no matrix and ${one ? 'is' : 'are'} left out of its maps.`] : []),
  ];
}

/** [lens][block] of one case: the answer at its row. */
function curves({ numbers }: Counted, model: ModelSpec, layers: readonly number[]) {
  return LENSES.map((state) => {
    const entries = lensEntries(model, state, layers);
    const { atAnswer } = numbers.states[state]!;
    return commonBlocks(model, layers).map((label) => {
      const at = entries.findIndex((entry) => entry.label === label);
      return atAnswer[at]!;
    });
  });
}

const commonBlocks = (model: ModelSpec, layers: readonly number[]): string[] =>
  lensEntries(model, 'jacobian', layers).map(({ label }) => label);

/** Cases that both lenses have read; none if the question does not ask for both. */
function bothRead({ states }: Asked, cases: readonly Counted[]): readonly Counted[] {
  if (!LENSES.every((state) => states.includes(state))) return [];
  return cases.filter(({ numbers }) => LENSES.every((state) => numbers.states[state]));
}

/** The block from which on the answer is the likeliest; null: it is not, at the end. */
function leads(ranks: readonly { readonly rank: number }[], blocks: readonly string[]): number | null {
  const from = ranks.findLastIndex(({ rank }) => rank > 0) + 1;
  return from < blocks.length ? Number(blocks[from]) : null;
}

/** By lens and case: where the answer takes the lead; cases where it never does are left out. */
function leadsOf(spec: Asked, cases: readonly Counted[], model: ModelSpec) {
  const { layers } = spec.lens!;
  const blocks = commonBlocks(model, layers);
  return bothRead(spec, cases).flatMap((one) => {
    const [logit, jacobian] = curves(one, model, layers).map((ranks) => leads(ranks, blocks));
    return logit === null || jacobian === null ? [] : [{ one, logit: logit!, jacobian: jacobian! }];
  });
}

export function besideFigures(spec: Asked, cases: readonly Counted[], { spec: model }: DocumentContext) {
  const shown = bothRead(spec, cases);
  if (shown.length === 0) return [];
  const { layers } = spec.lens!;
  const labels = commonBlocks(model, layers);
  const axes: FigureAxis[] = [
    { name: 'lens', labels: NAMES },
    { name: 'block', labels, at: labels.map(Number) },
  ];
  const curve = (key: 'p' | 'rank', title: string, unit: string): Figure => ({
    name: `lenses_${key}`,
    title: `${title} at its row, through both lenses`,
    axes,
    unit,
    ...averaged(
      shown.map((one) => curves(one, model, layers).flatMap((row) => row.map((cell) => cell[key]))),
      overCases(spec, shown),
    ),
    drawn: 'lines',
    scale: 'positive',
    caption: 'The blocks that both lenses read.',
  });
  const lead = leadsOf(spec, cases, model);
  const first: Figure = {
    name: 'lenses_lead',
    title: 'block from which on the answer is the likeliest',
    axes: [{ name: 'lens', labels: [...NAMES, 'Jacobian minus logit lens'] }],
    unit: 'blocks',
    ...averaged(
      lead.map(({ logit, jacobian }) => [logit, jacobian, jacobian - logit]),
      overCases(
        spec,
        lead.map(({ one }) => one),
      ),
    ),
    drawn: 'table',
    scale: 'signed',
    caption: 'Of prompts whose answer is the likeliest token at the end.',
  };
  return [
    curve('p', 'probability of the answer', 'probability'),
    curve('rank', 'rank of the answer (0 is first)', 'places'),
    ...(lead.length > 0 ? [first] : []),
  ];
}

/** What the finding adds: the lens, and where the answer leads through each. */
export function besideText(spec: Asked, cases: readonly Counted[], { spec: model }: DocumentContext): string {
  if (!spec.lens || !spec.states.includes('jacobian')) return '';
  const lens = `the Jacobian lens ${lensText(spec.lens)}`;
  const lead = leadsOf(spec, cases, model);
  if (lead.length === 0) return ` Read through ${lens}.`;
  const of = (key: 'logit' | 'jacobian') => mean(lead.map((one) => one[key]));
  if (spec.cases.length === 1)
    return ` Of the blocks that both read, it leads from block ${of('jacobian')} on through ${lens}, and from block ${of('logit')} on through the logit lens.`;
  const block = (key: 'logit' | 'jacobian') => `block ${of(key).toFixed(2)}`;
  return ` It is the likeliest from ${block('jacobian')} on through ${lens}, and from ${block('logit')} on through the logit lens (means over ${lead.length} prompts).`;
}
