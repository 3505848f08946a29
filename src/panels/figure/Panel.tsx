/** A study's figures: neighbours in the same unit share one scale, and one colour bar beside them. */
import { floorOf } from '../../results/cell';
import { hatchText, overText } from '../../results/intervals';
import type { Figure } from '../../results/document';
import { ColourBar } from '../../ui/ColourBar';
import { FigurePanel, type FigurePanelProps } from './FigurePanel';
import { type FigureView, scaleOf } from './select';
import { barMarks } from './svg';
import './figure.css';
import { maxOf } from '../../util/lists';

export interface FigureGroupProps extends Omit<FigurePanelProps, 'view'> {
  /** Drawn alike, in the same unit. */
  readonly views: readonly FigureView[];
}

export function FigureGroup({ views, ...rest }: FigureGroupProps) {
  const [first] = views;
  const { figure, reach } = first!;
  const isColoured = figure.drawn === 'heatmap';
  const { caption, varies, unit, measures = unit, hatching } = figure;
  const { start, sign } = scaleOf(figure);
  const isAlike = views.every((view) => view.figure.caption === caption);
  const shared = { unit: isColoured, caption: isColoured && isAlike };
  // Neighbours may differ in the rule.
  const distinct = (text: (figure: Figure) => string) =>
    [...new Set(views.map((view) => text(view.figure)))].filter(Boolean).join('; or ');
  const words = [overText, hatchText].map(distinct).filter(Boolean).join('; ');
  const over = varies ? `${capitalised(words)}.${hatching ? ` ${hatching}` : ''}` : (hatching ?? '');
  const below = [shared.caption ? caption : undefined, over].filter(Boolean).join(' ');
  const least = maxOf(views.map(leastWidth));
  return (
    <div className={isColoured ? 'figure-group coloured' : 'figure-group'}>
      <div className="figures" style={{ '--least': `${least}px` } as React.CSSProperties}>
        {views.map((view) => (
          <FigurePanel key={view.figure.name} view={view} shared={shared} {...rest} />
        ))}
      </div>
      {isColoured && (
        <ColourBar
          scales={[...new Set(views.map((view) => scaleOf(view.figure).hue))]}
          theme={rest.theme}
          caption={measures}
          domain={[figure.scale === 'signed' ? -reach : start, start + sign * reach]}
          dots={floorOf(figure)?.draws ?? floorOf(figure)?.range ?? []}
          marks={barMarks({ figure, reach })}
        />
      )}
      {isColoured && below !== '' && <p className="small muted figure-caption">{below}</p>}
    </div>
  );
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const NARROWEST = 208;
const NARROWEST_CHART = 320;
/** Pixels of a cell, and of one with a word in it. */
const CELL = 20;
const WORD = 56;

/** A figure narrower than this cannot be read. */
function leastWidth({ figure, columns, down }: FigureView): number {
  if (figure.drawn !== 'heatmap') return NARROWEST_CHART;
  const labels = Math.min(148, 16 + 7 * maxOf((down?.labels ?? ['']).map((name) => name.length)));
  return Math.max(NARROWEST, labels + Math.min(columns, 20) * (figure.texts ? WORD : CELL));
}
