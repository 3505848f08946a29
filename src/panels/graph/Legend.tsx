/** The legend below the picture. */
import { percent } from '../../results/format';
import type { Theme } from '../../ui/colour';
import { type LegendItem, legendItems } from './legend';
import { MOST_LIT } from './lit';
import type { Sides } from './overlay';

export interface LegendProps {
  readonly theme: Theme;
  /** The widest edge. */
  readonly most: number;
  /** Paints only the strongest highlighted edges. */
  readonly isCrowded: boolean;
  /** The next edges by strength are in sight, too. */
  readonly isFaded: boolean;
  readonly sides: Sides | null;
}

export function Legend({ theme, most, isCrowded, isFaded, sides }: LegendProps) {
  return (
    <div className="graph-legend small muted" data-testid="graph-legend">
      {legendItems(theme, sides).map((item) => (
        <Sample key={item.words} item={item} />
      ))}
      <span>
        Width: square root of the score{sides ? ', where both keep an edge A’s' : ''}, at most {percent(most)}
        . Into a head from left to right: queries, keys, values.
      </span>
      {isFaded && <span>Thin and grey: the next edges by strength, not in the graph drawn.</span>}
      {isCrowded && <span>Of the paths that are lit, the {MOST_LIT} strongest edges are drawn.</span>}
    </div>
  );
}

function Sample({ item: { words, colour, width, dash, opacity } }: { readonly item: LegendItem }) {
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
      {words}
    </span>
  );
}
