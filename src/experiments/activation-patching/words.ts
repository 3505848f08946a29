/** Titles, captions and sentences of activation patching, measured and estimated. */
import { wordOf } from '../../util/visible';
import { plain } from '../../results/format';
import { placeText } from '../../results/place';
import { GRIDS, type GridName } from '../common/grids';
import { amountText, largestCell, overText, partsOf, type Sampled } from '../common/largest';
import { shareOfLoss } from '../common/loss';
import { metricText, metricUnit } from '../common/metric';
import type { Levels, MapOf } from '../contract/map';
import type { DocumentContext } from '../experiment';
import { branchOf } from './qkFix';
import type { PatchingSpec } from './spec';
import { areLengths } from './trivial';

export function mapOf(spec: PatchingSpec, name: string, levels: Levels): MapOf {
  if (areLengths(name)) return { name, title: name, unit: '', drawn: 'heatmap', isHidden: true };
  if (spec.gradDrop && isEstimate(name)) return sizeMap(spec, name);
  return {
    name,
    title: titleOf(name),
    unit: spec.scale === 'raw' ? metricUnit(spec.metric) : 'normalised (0 corrupted, 1 clean)',
    levels: (['corrupted', 'clean'] as const).map((of, i) => ({
      name: of,
      value: spec.scale === 'raw' ? levels[of] : i,
    })),
    value: ([patched]: readonly number[], own: Levels) =>
      spec.scale === 'raw' ? patched! : shareOfLoss(patched! - own.corrupted, own),
    drawn: 'heatmap',
    caption: captionOf(spec, name),
  };
}

/** The largest cell over all grids but residual ones, with a simultaneous interval. */
export function findingOf(
  spec: PatchingSpec,
  { maps }: { readonly maps: readonly Sampled[] },
  { outcome }: DocumentContext,
): string {
  const restoring = spec.direction === 'denoise';
  // What is measured, if anything is.
  const shown = partsOf(maps.filter(({ figure }) => spec.by === 'estimate' || !isEstimate(figure.name)));
  if (spec.gradDrop && spec.by === 'estimate') return sizeFinding(spec, shown);
  const answer = `*${wordOf(outcome(spec.cases[0]!.answer.id))}*`;
  const [corrupted, clean] = (shown[0]?.figure.levels ?? []).map(({ value }) => value);
  const best = largestCell(shown, restoring === clean! > corrupted! ? 1 : -1);
  if (!best && shown.length > 0)
    return `The twin leaves ${metricText(spec, outcome)} as it is, so no state brings anything back.`;
  if (!best)
    return `Activation patching for ${spec.cases.length === 1 ? answer : `${spec.cases.length} prompts`}: see the maps.`;
  const { figure, cell, value, interval } = best;
  const unit = spec.scale === 'raw' ? figure.unit : 'of the way from corrupted to clean';
  const [into, from] = restoring ? ['corrupted', 'clean'] : ['clean', 'corrupted'];
  const levels = spec.scale === 'raw' ? ` (corrupted ${plain(corrupted!)}, clean ${plain(clean!)})` : '';
  const how = {
    estimate: 'By an estimate to first order, putting',
    top: 'Of the states with the largest estimates, putting',
    both: 'Putting',
    measure: 'Putting',
  }[spec.by];
  return (
    `${how} the ${from} value into the ${into} run matters most for the ${statesOf(figure.name)} at ` +
    `${placeText(figure, cell)}: ${amountText(value, interval, unit)}${levels}${overText(figure, ', one prompt')}.`
  );
}

const isEstimate = (name: string): boolean => !(name in GRIDS);

/** Of GradDrop, whose numbers are sizes of changes. */
function sizeMap(spec: PatchingSpec, name: string): MapOf {
  const isRaw = spec.scale === 'raw';
  return {
    name,
    title: titleOf(name),
    unit: isRaw ? metricUnit(spec.metric) : 'normalised (1: as far as from corrupted to clean)',
    value([size], own) {
      const share = isRaw ? size! : shareOfLoss(size!, own);
      return share === null ? null : Math.abs(share);
    },
    drawn: 'heatmap',
    scale: 'positive',
    caption: `${captionOf(spec, name)} Sizes without a sign: a mean over passes in which one block’s gradient is dropped.`,
  };
}

function sizeFinding({ scale }: PatchingSpec, shown: readonly Sampled[]): string {
  const best = largestCell(shown);
  if (!best) return 'GradDrop: see the maps.';
  const { figure, cell, value, interval } = best;
  const unit = scale === 'raw' ? figure.unit : 'of the way from corrupted to clean';
  return (
    `By an estimate to first order (GradDrop, without a sign), patching matters most for the ${statesOf(figure.name)} ` +
    `at ${placeText(figure, cell)}: ${amountText(value, interval, unit)}${overText(figure, ', one prompt')}.`
  );
}

const gridOf = (name: string): GridName => name.replace(/ estimate$/, '') as GridName;

/** 'MLP outputs', of a grid or its estimates. */
const statesOf = (name: string): string => GRIDS[gridOf(name)].title.split(',')[0]!;

const titleOf = (name: string): string =>
  `${isEstimate(name) ? 'estimate: ' : ''}${GRIDS[gridOf(name)].title}`;

function captionOf({ direction, qkFix }: PatchingSpec, name: string): string {
  const [run, value] = direction === 'denoise' ? ['corrupted', 'clean'] : ['clean', 'corrupted'];
  if (isEstimate(name)) {
    const isFixed = qkFix && branchOf(gridOf(name)) !== null;
    const how = isFixed ? 'the pattern computed anew, then its gradient' : 'by the gradient';
    return `Each cell: an estimate to first order, ${how} at the ${run} run, of this state set to its ${value} value.`;
  }
  return `Each cell: the ${run} run with this state set to its ${value} value.`;
}
