/**
 * The drawing: all edges on one canvas, highlights on another above it, nodes as elements. Pointer
 * moves never repaint the first.
 */
import {
  type CSSProperties,
  type PointerEvent,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Theme } from '../../ui/colour';
import { type CurveIndex, indexCurves } from '../../ui/graph/curveIndex';
import { paintCurves, prepareCanvas } from '../../ui/graph/paint';
import { Tooltip } from '../../ui/Tooltip';
import { range } from '../../util/range';
import { useGestures } from '../../view/marks/useGestures';
import { CLICK, transformOf, type View } from '../../view/marks/zoom';
import { enlargedCurves } from './enlarge';
import { AxisNames, BlockLines } from './Furniture';
import { edgeLabels } from './labels';
import type { Layout } from './layoutParts';
import { litBy, MOST_LIT } from './lit';
import { GraphNodes } from './Nodes';
import type { PictureGraph } from './overlay';
import type { Picture } from './picture';
import { edgeInk, strokes } from './stroke';
import type { GraphView } from './view';
import { labelOfNode, wordsOfEdge } from './words';

export interface GraphPictureProps {
  readonly graph: PictureGraph;
  readonly layout: Layout;
  readonly picture: Picture;
  readonly view: GraphView;
  readonly theme: Theme;
  readonly kindOf: (node: string) => string | null;
  /** The next edges by strength: faded. */
  readonly context: Picture | null;
  /** Collected while G is pressed. */
  readonly gathered: readonly string[];
  /** The part on display, and how far it can be enlarged. */
  readonly zoom: View;
  readonly most: number;
  readonly onZoom: (zoom: View) => void;
  readonly onReach: (id: string) => void;
  readonly onPin: (id: string, together: boolean) => void;
  readonly onSelect: (id: string) => void;
  readonly onRelease: () => void;
}

/** Pixels within which the pointer hits an edge. */
const NEAR = 6;
/** Edges painted while the picture moves; milliseconds until the others follow. */
const [MOST_MOVING, REST] = [2000, 150];
/** Time in the handler, measured for `e2e/graph.spec.ts`. */
const MEASURE = 'loci graph hover';

export function GraphPicture(props: GraphPictureProps) {
  const { graph, layout, picture, context, view, theme, gathered, zoom, most, onZoom } = props;
  const { width, height } = layout;
  const plot = useMemo(() => ({ x: 0, y: 0, width, height, most }), [width, height, most]);
  const { k, x: left, y: top } = transformOf(zoom, plot);
  const stage = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<{ id: string; anchor: DOMRect } | null>(null);
  const strokeOf = useMemo(() => {
    const of = strokes(theme, picture.most, picture.edges.length);
    return (edge: number) => of(picture.edges[edge]!);
  }, [theme, picture]);
  const curves = useMemo(
    () => enlargedCurves(picture.curves, { k, x: left, y: top }),
    [picture, k, left, top],
  );
  const index = useLazyIndex(picture, width, height);
  useGestures(stage, plot, zoom, onZoom);
  const under = useRef<string | null>(null);
  const pressed = useRef({ x: 0, y: 0, k: 1 });
  const elements = useRef<{ of: Picture; nodes: readonly SVGElement[] } | null>(null);

  const labels = useMemo(() => edgeLabels(picture), [picture]);
  const faded = useMemo(() => {
    if (!context) return null;
    const stroke = { colour: edgeInk(theme).unknown, opacity: 0.16, width: 1, dash: [] };
    const others = context.edges.flatMap(({ id }, e) => (picture.edgeIndexOf.has(id) ? [] : [e]));
    const moved = enlargedCurves(context.curves, { k, x: left, y: top });
    return { others, moved, strokeOf: () => stroke };
  }, [context, picture, theme, k, left, top]);

  const painted = useRef(zoom);
  useEffect(() => {
    const count = picture.edges.length;
    const paint = (shown: number) => {
      const canvas = prepareCanvas(base.current!, width, height);
      if (faded) paintCurves(canvas, faded.moved, faded.others, faded.strokeOf);
      // The strongest edges are last.
      paintCurves(canvas, curves, range(count - shown, count), strokeOf);
      stage.current!.dataset.painted = `${shown}`;
    };
    const isMoved = painted.current !== zoom;
    painted.current = zoom;
    if (!isMoved || count <= MOST_MOVING) return paint(count);
    paint(MOST_MOVING);
    const timer = setTimeout(() => paint(count), REST);
    return () => clearTimeout(timer);
  }, [picture, curves, faded, width, height, strokeOf, zoom]);

  const kept = gathered.length > 0 ? gathered : view.pinned.length > 0 ? view.pinned : selected(view);
  const light = (ids: readonly string[]) => {
    const lit = litBy(picture, ids);
    const element = stage.current!;
    element.toggleAttribute('data-tracing', lit !== null);
    if (elements.current?.of !== picture)
      elements.current = { of: picture, nodes: [...element.querySelectorAll<SVGElement>('[data-node]')] };
    for (const node of elements.current.nodes)
      node.toggleAttribute('data-lit', lit?.nodes[Number(node.dataset.node)] === 1);
    const context = prepareCanvas(above.current!, width, height);
    if (!lit) return;
    const strokeOfLit = strokes(theme, picture.most, Math.min(lit.total, MOST_LIT));
    paintCurves(context, curves, lit.edges, (edge) => strokeOfLit(picture.edges[edge]!));
    for (const id of ids) {
      const edge = picture.edgeIndexOf.get(id);
      if (edge === undefined) continue;
      const { colour, width: wide, dash } = strokeOfLit(picture.edges[edge]!);
      const stroke = { colour, width: wide + 1.5, dash, opacity: 1 };
      paintCurves(context, curves, [edge], () => stroke);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is lit follows from these; `light` is made anew each time.
  useLayoutEffect(() => {
    under.current = null;
    setHovered(null);
    light(kept);
  }, [picture, curves, theme, width, kept.join('\n')]);

  const at = (event: PointerEvent): { id: string; anchor: DOMRect } | null => {
    const box = stage.current!.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left - left) / k, (event.clientY - box.top - top) / k];
    const node = picture.nodes.findLast(
      ({ place }) => Math.abs(place.x - x) <= place.w + 1 && Math.abs(place.y - y) <= place.h + 1,
    );
    if (node) {
      const { place } = node;
      const [w, h] = [place.w * k, place.h * k];
      const [middle, upper] = [box.left + left + place.x * k, box.top + top + place.y * k - h];
      const wide = w > 40 ? { x: event.clientX, w: 0 } : { x: middle - w, w: 2 * w };
      return { id: node.id, anchor: new DOMRect(wide.x, upper, wide.w, 2 * h) };
    }
    const edge = index().near(x, y, NEAR / k);
    return edge === null
      ? null
      : { id: picture.edges[edge]!.id, anchor: new DOMRect(event.clientX, event.clientY, 0, 0) };
  };
  const move = (event: PointerEvent) => {
    // While it is dragged the picture moves under the pointer.
    if (k > 1 && event.buttons !== 0) return leave();
    const start = performance.now();
    const found = at(event);
    if ((found?.id ?? null) !== under.current) {
      under.current = found?.id ?? null;
      light(found ? [found.id] : kept);
      setHovered(found);
    }
    performance.measure(MEASURE, { start });
    performance.clearMeasures(MEASURE);
  };
  const leave = () => {
    if (under.current === null) return;
    under.current = null;
    light(kept);
    setHovered(null);
  };
  return (
    <div className="graph-scroll">
      <div
        ref={stage}
        className={`graph-stage${k > 1 ? ' enlarged' : ''}`}
        data-testid="graph-picture"
        data-edges={picture.edges.length}
        data-under={hovered?.id}
        style={{ width, height }}
        onPointerMove={move}
        onPointerLeave={leave}
        onPointerDown={({ clientX, clientY }) => {
          pressed.current = { x: clientX, y: clientY, k };
        }}
        onPointerUp={(event) => {
          const { x, y, k: before } = pressed.current;
          if (before !== k || Math.hypot(event.clientX - x, event.clientY - y) > CLICK) return;
          const found = at(event);
          if (found) props.onPin(found.id, event.ctrlKey || event.metaKey);
          else props.onRelease();
        }}
      >
        <canvas ref={base} className="graph-base" />
        <canvas ref={above} />
        <svg width={width} height={height} role="group" aria-label="The graph: its nodes, bottom to top">
          <BlockLines layout={layout} k={k} y={top} />
          <g transform={`translate(${left} ${top}) scale(${k})`} style={{ '--scale': k } as CSSProperties}>
            <GraphNodes
              graph={graph}
              picture={picture}
              pinned={view.pinned}
              selection={view.selection}
              gathered={gathered}
              notes={view.notes}
              scale={k}
              onSelect={props.onSelect}
              onReach={props.onReach}
            />
          </g>
          <g className="graph-labels">
            {labels.map(({ edge, text, ...at }) => (
              <text key={edge} x={at.x * k + left} y={at.y * k + top + 4} textAnchor="middle">
                {text}
              </text>
            ))}
          </g>
          <AxisNames layout={layout} picture={picture} graph={graph} k={k} x={left} y={top} />
        </svg>
      </div>
      {hovered && <Tip {...hovered} picture={picture} graph={graph} kindOf={props.kindOf} />}
    </div>
  );
}

const selected = ({ selection }: GraphView): readonly string[] => (selection === null ? [] : [selection]);

/** Built on first use, after the slider rests. */
function useLazyIndex(picture: Picture, width: number, height: number): () => CurveIndex {
  return useMemo(() => {
    let made: CurveIndex | null = null;
    return () => {
      made ??= indexCurves(picture.curves, width, height);
      return made;
    };
  }, [picture, width, height]);
}

interface TipProps extends Pick<GraphPictureProps, 'picture' | 'graph' | 'kindOf'> {
  readonly id: string;
  readonly anchor: DOMRect;
}

function Tip({ id, anchor, picture, graph, kindOf }: TipProps) {
  const edge = picture.edges[picture.edgeIndexOf.get(id) ?? -1];
  const node = picture.nodes[picture.indexOf.get(id) ?? -1];
  const words = edge && wordsOfEdge(edge, picture, graph);
  const kind = node && kindOf(node.id);
  return (
    <Tooltip anchor={anchor}>
      <strong>{words ? words.title : node && labelOfNode(node, picture, graph)}</strong>
      {kind && <p>{kind}</p>}
      {words?.lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Tooltip>
  );
}
