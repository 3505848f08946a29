/** What colours, widths and dashes mean. */
import { percent } from '../../results/format';
import type { Theme } from '../../ui/colour';
import { MOST_LIT } from './lit';
import { DASHED, DOTTED, edgeInk } from './stroke';

export interface LegendProps {
  readonly theme: Theme;
  /** The widest edge. */
  readonly most: number;
  /** Of what is lit only the strongest edges are painted. */
  readonly isCrowded: boolean;
}

export function Legend({ theme, most, isCrowded }: LegendProps) {
  const ink = edgeInk(theme);
  return (
    <div className="graph-legend small muted">
      <Sample colour={ink.supports} width={4}>
        supports the answer
      </Sample>
      <Sample colour={ink.opposes} width={4}>
        opposes it
      </Sample>
      <Sample colour={ink.supports} width={2.5} dash={DOTTED}>
        estimated
      </Sample>
      <Sample colour={ink.unknown} width={1.5} dash={DASHED}>
        not measured, or cut
      </Sample>
      <Sample colour={ink.supports} width={2.5} opacity={0.35}>
        interval includes 0
      </Sample>
      <span>
        Width: square root of the score, at most {percent(most)}. Into a head from left to right: queries,
        keys, values.
      </span>
      {isCrowded && <span>Of the paths that are lit, the {MOST_LIT} strongest edges are drawn.</span>}
    </div>
  );
}

interface SampleProps {
  readonly colour: string;
  readonly width: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
  readonly children: React.ReactNode;
}

function Sample({ colour, width, dash = [], opacity = 1, children }: SampleProps) {
  return (
    <span>
      <svg width={24} height={10} aria-hidden="true">
        <line
          x1={0}
          x2={24}
          y1={5}
          y2={5}
          stroke={colour}
          strokeWidth={width}
          strokeOpacity={opacity}
          strokeDasharray={dash.join(' ')}
        />
      </svg>
      {children}
    </span>
  );
}
