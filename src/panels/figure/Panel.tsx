/** A study's figures: neighbours in the same unit share one scale, and one colour bar beside them. */
import { ColourBar } from '../../ui/ColourBar';
import { FigurePanel, type FigurePanelProps } from './FigurePanel';
import type { FigureView } from './select';
import { barMarks } from './svg';
import './figure.css';

export interface FigureGroupProps extends Omit<FigurePanelProps, 'view'> {
  /** Drawn alike, in the same unit. */
  readonly views: readonly FigureView[];
}

export function FigureGroup({ views, ...rest }: FigureGroupProps) {
  const [first] = views;
  const { figure, reach } = first!;
  const isColoured = figure.drawn === 'heatmap';
  const { caption, varies } = figure;
  const isAlike = views.every((view) => view.figure.caption === caption);
  const over = varies ? ` Means over ${varies.n} ${varies.what}; hatched: the 95 % interval includes 0.` : '';
  return (
    <div className={isColoured ? 'figure-group coloured' : 'figure-group'}>
      <div className="figures">
        {views.map((view) => (
          <FigurePanel key={view.figure.name} view={view} grouped={isColoured && isAlike} {...rest} />
        ))}
      </div>
      {isColoured && (
        <ColourBar
          scales={[figure.scale === 'signed' ? 'signed' : 'purple']}
          theme={rest.theme}
          caption={figure.unit}
          domain={[figure.scale === 'signed' ? -reach : 0, reach]}
          marks={barMarks({ figure, reach })}
        />
      )}
      {isColoured && isAlike && <p className="small muted figure-caption">{`${caption ?? ''}${over}`}</p>}
    </div>
  );
}
