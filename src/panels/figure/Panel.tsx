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
  return (
    <div className={isColoured ? 'figure-group coloured' : 'figure-group'}>
      <div className="figures">
        {views.map((view) => (
          <FigurePanel key={view.figure.name} view={view} {...rest} />
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
    </div>
  );
}
