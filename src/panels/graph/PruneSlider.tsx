/** The number of edges drawn: a slider on the curve of faithfulness by size. */
import { useRef } from 'react';
import type { CurvePoint } from '../../results/graph';
import { countText, percent } from '../../results/format';
import type { Theme } from '../../ui/colour';
import { count } from '../../ui/format';
import { NumberField } from '../../ui/NumberField';
import { useWidth } from '../../view/marks/useWidth';
import type { PictureGraph } from './overlay';
import { drawnCount, keptCount, nearestPoint } from './prune';
import { edgeInk } from './stroke';
import type { Prune } from './view';

export interface PruneSliderProps {
  readonly graph: PictureGraph;
  readonly prune: Prune;
  readonly theme: Theme;
  readonly onPrune: (prune: Prune) => void;
}

const HEIGHT = 56;
/** Half a thumb: inset of the slider's ends. */
const PAD = 8;
const STEPS = 1000;

export function PruneSlider({ graph, prune, theme, onPrune }: PruneSliderProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const total = graph.edges.length;
  const shown = drawnCount(graph, prune);
  const found = keptCount(graph);
  const { curve, randomCurve } = graph.truth ?? {};
  const near = nearestPoint(curve, shown);
  const part = (edges: number) => Math.log(Math.max(1, edges)) / Math.log(Math.max(2, total));
  const x = (edges: number) => PAD + part(edges) * (width - 2 * PAD);
  /** Text goes to the side with room. */
  const isRight = x(found) > width / 2;
  const measured = graph.sides
    ? 'how faithful the two are together was not measured'
    : near && near.faithfulness !== null
      ? `with ${countText(near.edges, 'edges')} ${percent(near.faithfulness)} of the answer is left`
      : 'how faithful graphs of other sizes are was not measured';
  return (
    <div className="graph-prune">
      <div ref={box} className="graph-track" style={{ height: HEIGHT }}>
        <svg width={width} height={HEIGHT} aria-hidden="true">
          <line className="level" x1={PAD} x2={width - PAD} y1={y(1)} y2={y(1)} />
          <line className="level" x1={PAD} x2={width - PAD} y1={y(0)} y2={y(0)} />
          <Curve points={randomCurve} x={x} className="random" colour="var(--ink-3)" />
          <Curve points={curve} x={x} className="found" colour={edgeInk(theme).supports} />
          {found > 0 && (
            <g className="own">
              <line x1={x(found)} x2={x(found)} y1={0} y2={HEIGHT - 12} />
              <text
                x={isRight ? x(found) - 3 : x(found) + 3}
                y={HEIGHT - 2}
                textAnchor={isRight ? 'end' : 'start'}
              >
                as found: {count(found)}
              </text>
            </g>
          )}
          <line className="thumb" x1={x(shown)} x2={x(shown)} y1={0} y2={HEIGHT - 12} />
          <circle className="thumb" cx={x(shown)} cy={HEIGHT - 14} r={5} />
        </svg>
        <input
          type="range"
          min={0}
          max={STEPS}
          data-testid="graph-prune"
          value={Math.round(part(shown) * STEPS)}
          aria-label="Edges drawn, the edges found first and then the strongest"
          aria-valuetext={`${count(shown)} of ${countText(total, 'edges')}; ${measured}`}
          onChange={({ target }) => {
            const edges = Math.round(total ** (target.valueAsNumber / STEPS));
            onPrune({ by: 'edges', count: edges });
          }}
          onKeyDown={(event) => {
            // A slider step may be less than one edge.
            const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
            if (step === undefined) return;
            event.preventDefault();
            event.stopPropagation();
            const edges = event.shiftKey ? shown + step * Math.max(1, Math.round(shown * 0.1)) : shown + step;
            onPrune({ by: 'edges', count: Math.min(total, Math.max(1, edges)) });
          }}
        />
      </div>
      <div className="graph-prune-fields">
        <NumberField
          label="Edges drawn"
          min={0}
          max={total}
          value={shown}
          onChange={(edges) => onPrune({ by: 'edges', count: edges })}
        />
        <button
          type="button"
          className="button"
          disabled={prune.by === 'found' || found === 0}
          onClick={() => onPrune({ by: 'found' })}
        >
          Graph as found
        </button>
      </div>
      <p className="small muted graph-prune-words">
        {count(shown)} of {count(total)} edges; {measured}
        {randomCurve ? '; grey: random graphs of the same size' : ''}.
      </p>
    </div>
  );
}

/** Faithfulness 0 at the bottom, 1 at the top, with a margin. */
const y = (faithfulness: number): number =>
  HEIGHT - 16 - Math.min(1.1, Math.max(-0.1, faithfulness)) * (HEIGHT - 26);

interface CurveProps {
  readonly points: readonly CurvePoint[] | undefined;
  readonly x: (edges: number) => number;
  readonly className: string;
  readonly colour: string;
}

function Curve({ points = [], x, className, colour }: CurveProps) {
  const known = points.flatMap(({ edges, faithfulness, interval }) =>
    faithfulness === null ? [] : [{ x: x(edges), y: y(faithfulness), interval }],
  );
  if (known.length === 0) return null;
  const banded = known.filter(({ interval }) => interval);
  const band = [
    ...banded.map((point) => `${point.x},${y(point.interval![1])}`),
    ...banded.map((point) => `${point.x},${y(point.interval![0])}`).reverse(),
  ].join(' ');
  return (
    <g className={className}>
      <polygon points={band} fill={colour} opacity={0.14} />
      <polyline
        points={known.map((point) => `${point.x},${point.y}`).join(' ')}
        stroke={colour}
        fill="none"
      />
    </g>
  );
}
