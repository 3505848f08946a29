/** A dissection's figures: agreement of units with concepts, effects of units, maps of the best. */
import type { Figure } from '../../results/document';
import { maxOf } from '../../util/lists';
import { range } from '../../util/range';
import { averaged, type Cells } from '../common/average';
import type { Concept } from '../concepts/concepts';
import type { Agreement } from './agree';
import type { UnitEffects } from './measure';
import { rankedFor, type Seen } from './observe';
import type { DissectionSpec } from './spec';

/** [unit][concept] */
export type Found = readonly (readonly Agreement[])[];

const MOST_ROWS = 10;

export function unitFigures(
  spec: DissectionSpec,
  concepts: readonly Concept[],
  found: Found,
  { maps }: Seen,
): Figure[] {
  const names = concepts.map(({ name }) => name);
  const isHalf = spec.cut.by === 'quality';
  const how = isHalf
    ? `Thresholds chosen on the first ${Math.floor(maps.pictures / 2)} pictures, IoU of the other ${Math.ceil(maps.pictures / 2)}. Empty: no threshold qualifies.`
    : `Cut at the ${spec.cut.share} quantile of the unit's own values, over ${maps.pictures} pictures.`;
  const rows = concepts.flatMap((_, c) =>
    rankedFor(found, c)
      .slice(0, MOST_ROWS)
      .map((unit) => ({ name: `${names[c]!}: unit ${unit}`, own: found[unit]![c]! })),
  );
  return [
    {
      name: 'agreement',
      title: `units of ${spec.site} and concepts`,
      axes: [
        { name: 'concept', labels: names },
        { name: 'unit', labels: found.map((_, unit) => `${unit}`) },
      ],
      unit: 'IoU',
      values: concepts.flatMap((_, c) =>
        found.map((own) => (own[c]!.threshold === null ? null : own[c]!.iou)),
      ),
      drawn: 'heatmap',
      scale: 'positive',
      caption: `Overlap of a unit's map, enlarged and cut at a threshold, with the concept's pixels. ${how}`,
    },
    {
      name: 'best',
      title: 'the units that agree most',
      axes: [
        { name: 'unit', labels: rows.map(({ name }) => name) },
        {
          name: 'number',
          labels: ['IoU', ...(isHalf ? ['IoU where chosen', 'information quality'] : []), 'threshold'],
        },
      ],
      unit: '',
      values: rows.flatMap(({ own }) => [
        own.iou,
        ...(isHalf ? [own.chosenOn, own.quality] : []),
        own.threshold,
      ]),
      drawn: 'table',
      scale: 'positive',
      caption: isHalf
        ? 'In the order of the IoU on the pictures that chose the threshold; the first column is of the others.'
        : 'In the order of their IoU.',
    },
  ];
}

/** Nothing before the first concept is measured. */
export function effectFigures(spec: DissectionSpec, effects: readonly UnitEffects[]): Figure[] {
  if (effects.length === 0) return [];
  const what = effects[0]!.ace === null ? 'logit of the class that the net says' : 'share of pixels';
  const unit = effects[0]!.ace === null ? 'logits' : 'share';
  const common = { unit, ...(unit === 'share' && { percent: true as const }) };
  const isDrawn = effects[0]!.ace !== null;
  const over = { what: isDrawn ? 'latents' : 'pictures', isDrawn };
  const counts = (begin: number): Figure['axes'][number] => {
    const numbers = range(begin, effects[0]!.units.length + 1);
    return { name: 'units', labels: numbers.map(String), at: numbers };
  };
  const concept = { name: 'concept', labels: effects.map((one) => one.concept) };
  const figures: Figure[] = [
    {
      name: 'ablation',
      title: `${what}, without units of ${spec.site}`,
      axes: [concept, counts(0)],
      ...common,
      ...averaged(joined(effects.map(({ curve }) => curve)), over),
      drawn: 'lines',
      scale: unit === 'share' ? 'positive' : 'signed',
      caption: `The units that agree most with the concept, set to 0 one after another${isDrawn ? '' : '; pictures that show the concept'}.`,
    },
    ...effects.map(
      ({ concept: name, units, alone, ace }): Figure => ({
        name: `units-${name}`,
        title: `${name}: units of ${spec.site} alone`,
        axes: [
          { name: 'change', labels: ['ablated', ...(ace ? ['inserted less ablated'] : [])] },
          { name: 'unit', labels: units.map(String) },
        ],
        ...common,
        measures: `change of the ${what}`,
        ...averaged(
          alone.map((row, i) => [...row, ...(ace ? ace.alone[i]! : [])]),
          over,
        ),
        drawn: 'bars',
        scale: 'signed',
        caption: ace
          ? 'Paired: the same latents with and without. Inserted: the value that the unit has where the concept is, its mean weighed by presence.'
          : 'Paired: the same pictures with and without the unit.',
      }),
    ),
  ];
  const made = effects.flatMap(({ ace }) => (ace ? [ace.joint] : []));
  if (made.length > 0)
    figures.push({
      name: 'ace',
      title: `average causal effect of sets of units of ${spec.site}`,
      axes: [concept, counts(1)],
      ...common,
      ...averaged(joined(made), over),
      drawn: 'lines',
      scale: 'signed',
      caption:
        'Share of pixels with the set inserted, less that with it ablated. Sets are greedy by single units: largest effect alone first. The published search optimises all units at once and may find better sets.',
    });
  return figures;
}

/** [picture][concept and cell]; null where a concept has fewer pictures. */
function joined(parts: readonly (readonly (readonly number[])[])[]): Cells[] {
  const most = maxOf(parts.map(({ length }) => length));
  const sizes = parts.map((rows) => rows[0]?.length ?? 0);
  return range(0, most).map((i) => parts.flatMap((rows, c): Cells => rows[i] ?? Array(sizes[c]).fill(null)));
}
