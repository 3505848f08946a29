/** A study's graph: numbers, slider, picture or table, and the selection. */
import { type KeyboardEvent, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Graph } from '../../results/graph';
import type { Theme } from '../../ui/colour';
import { FullScreen } from '../../ui/FullScreen';
import { LinkButton } from '../../ui/LinkButton';
import { useRoom } from '../../view/marks/useRoom';
import { useWidth } from '../../view/marks/useWidth';
import { keyed, reaching, type View, WHOLE } from '../../view/marks/zoom';
import { ZoomButtons } from '../../view/marks/ZoomButtons';
import { edgesBehind, type GraphAction, namesToCut } from './actions';
import { Details } from './Details';
import { EdgeTable } from './EdgeTable';
import { boxOf, mostEnlarged } from './enlarge';
import { GraphPicture } from './GraphPicture';
import { neighbour } from './keys';
import { layoutOf } from './layout';
import type { Layout } from './layoutParts';
import { Legend } from './Legend';
import { MOST_LIT } from './lit';
import type { PictureGraph } from './overlay';
import { type DrawnView, type Picture, pictureOf } from './picture';
import { drawnCount } from './prune';
import { PruneSlider } from './PruneSlider';
import { graphSummary, selectInteractions, selectTruth } from './select';
import { edited, type GraphChange, type GraphEdits, undone } from './changes';
import type { GraphView } from './view';
import './graph.css';

export interface GraphPanelProps {
  readonly graph: PictureGraph;
  readonly view: GraphView;
  readonly theme: Theme;
  /** 'induction 0.91' of a head's node; null: of no known kind. */
  readonly kindOf: (node: string) => string | null;
  /** Supported actions; others are not offered. */
  readonly offers: readonly GraphAction['type'][];
  readonly onView: (view: GraphView) => void;
  readonly onAction: (action: GraphAction) => void;
  readonly onSave: (format: 'svg' | 'png') => void;
}

export function GraphPanel(props: GraphPanelProps) {
  const { graph, view, theme, offers, onView, onAction } = props;
  const box = useRef<HTMLDivElement>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  const width = useWidth(box);
  const [asTable, setTable] = useState(false);
  const [steps, setSteps] = useState<Omit<GraphEdits, 'view'>>({ past: [] });
  /** Null: G is not pressed. */
  const [gathered, setGathered] = useState<readonly string[] | null>(null);
  const room = useRoom(box);
  const layout = useMemo(() => layoutOf(graph, width, room - TRACK), [graph, width, room]);
  const { prune, hidden, groups, cut } = view;
  // Only the parts of the view that change the picture: pinning does not.
  const picture = useMemo(
    () => pictureOf(graph, layout, { prune, hidden, groups, cut }),
    [graph, layout, prune, hidden, groups, cut],
  );
  const context = useMemo(
    () => contextOf(graph, layout, { prune, hidden, groups, cut }),
    [graph, layout, prune, hidden, groups, cut],
  );
  const most = useMemo(() => mostEnlarged(picture, layout, width), [picture, layout, width]);
  const [chosenZoom, setZoom] = useState(WHOLE);
  const zoom = most === 1 ? WHOLE : chosenZoom;
  const withPart = (id: string | null, at: View): View => {
    const part = id === null ? null : boxOf(id, picture, layout);
    return part && at.k > 1 ? reaching(at, part) : at;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new selection moves the zoom; zooming may leave it.
  useLayoutEffect(() => setZoom(withPart(view.selection, zoom)), [view.selection]);
  const take = ({ view: next, ...rest }: GraphEdits) => {
    setSteps(rest);
    if (next !== view) onView(next);
  };
  const change = (what: GraphChange) => take(edited({ view, ...steps }, what));
  const select = useStable((id: string) => change({ do: 'select', id }));
  const reach = useStable((id: string) => setZoom(withPart(id, zoom)));
  const undo = () => take(undone({ view, ...steps }));

  const chosen = view.pinned.length > 0 ? view.pinned : view.selection === null ? [] : [view.selection];
  const cutChosen = (ids: readonly string[]) => {
    if (ids.length === 0) return;
    const names = namesToCut(ids, picture, graph);
    const isCut = names.every((name) => cut.includes(name));
    change({ do: isCut ? 'restore' : 'cut', ids: names });
    onAction({ type: isCut ? 'restore' : 'cut', edges: edgesBehind(ids, picture, graph) });
  };
  const group = (ids: readonly string[]) => {
    // The focused node may now be part of a merged one.
    box.current!.focus({ preventScroll: true });
    change({ do: 'group', nodes: ids.filter((id) => picture.indexOf.has(id)) });
  };
  const go = (id: string) => {
    change({ do: 'select', id });
    box.current!.querySelector<SVGElement>(`[data-id="${CSS.escape(id)}"]`)?.focus();
  };

  // Returns from a field to the picture and its keys.
  const toPicture = () => box.current!.focus({ preventScroll: true });
  const keyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) {
      if (event.key === 'Escape') toPicture();
      return;
    }
    const isCommand = event.ctrlKey || event.metaKey;
    const at = view.selection ?? focusedId(event);
    const zoomed = isCommand || event.altKey || asTable ? null : keyed(event.key, zoom, most);
    if (zoomed) setZoom(withPart(at, zoomed));
    else if (isCommand && event.key === 'z') undo();
    else if (isCommand || event.altKey) return;
    else if (event.key === 'Escape') {
      if (chosen.length === 0) setZoom(WHOLE);
      change({ do: 'release' });
    } else if (event.key === 'h' && chosen.length > 0) change({ do: 'hide', ids: chosen });
    else if (event.key === 'x') cutChosen(chosen);
    else if (event.key === 'u') undo();
    else if (event.key === 'e' && note.current) note.current.focus();
    else if (event.key === 'g') {
      if (!event.repeat) setGathered([]);
    } else if (event.key.startsWith('Arrow') && at !== null) {
      const next = neighbour(picture, at, event.key);
      if (next !== null) go(next);
    } else if ((event.key === 'Enter' || event.key === ' ') && focusedId(event) !== null)
      change({ do: 'pin', id: focusedId(event)!, alone: event.key === 'Enter' && !event.shiftKey });
    else return;
    event.preventDefault();
  };
  const keyUp = (event: KeyboardEvent) => {
    if (event.key !== 'g' || gathered === null) return;
    setGathered(null);
    group(gathered.length > 0 ? gathered : view.pinned);
  };
  const pin = (id: string, together: boolean) => {
    // Keys follow the pointer.
    toPicture();
    if (gathered === null) change({ do: 'pin', id, alone: !together });
    else if (picture.indexOf.has(id)) setGathered([...gathered.filter((other) => other !== id), id]);
  };

  return (
    <section
      aria-label="Causal graph"
      className="graph"
      data-testid="graph"
      onKeyDown={keyDown}
      onKeyUp={keyUp}
    >
      <div className="section-head">
        <h2>What carries the answer: {graphSummary(graph)}</h2>
        <div className="figure-tools small">
          <LinkButton onClick={undo} disabled={steps.past.length === 0}>
            Undo
          </LinkButton>
          <LinkButton onClick={() => setTable(!asTable)} aria-pressed={asTable}>
            {asTable ? 'Picture' : 'Table'}
          </LinkButton>
          <LinkButton onClick={() => props.onSave('svg')}>SVG</LinkButton>
          <LinkButton onClick={() => props.onSave('png')}>PNG</LinkButton>
          <FullScreen of=".graph" />
        </div>
      </div>
      <div ref={box} className="graph-box" tabIndex={-1}>
        {asTable ? (
          <EdgeTable graph={graph} picture={picture} selection={view.selection} onSelect={select} />
        ) : (
          width > 0 && (
            <GraphPicture
              graph={graph}
              layout={layout}
              picture={picture}
              context={context}
              view={view}
              theme={theme}
              kindOf={props.kindOf}
              gathered={gathered ?? NONE}
              zoom={zoom}
              most={most}
              onZoom={setZoom}
              onReach={reach}
              onPin={pin}
              onSelect={select}
              onRelease={() => change({ do: 'release' })}
            />
          )
        )}
      </div>
      <PruneSlider
        graph={graph}
        prune={prune}
        theme={theme}
        onPrune={(next) => change({ do: 'prune', prune: next })}
      />
      {!asTable && most > 1 && (
        <ZoomButtons view={zoom} most={most} onView={(next) => setZoom(withPart(view.selection, next))} />
      )}
      {!asTable && (
        <Legend
          theme={theme}
          most={picture.most}
          isCrowded={picture.edges.length > MOST_LIT}
          isFaded={context !== null}
          sides={picture.sides}
        />
      )}
      <Truth graph={graph} />
      {hidden.length + cut.length > 0 && (
        <p className="small">
          {[
            ...(hidden.length > 0 ? [`Hidden: ${hidden.join(', ')}.`] : []),
            ...(cut.length > 0 ? [`Cut in this picture: ${cut.join(', ')}.`] : []),
          ].join(' ')}{' '}
          {hidden.length > 0 && <LinkButton onClick={() => change({ do: 'show all' })}>Show all</LinkButton>}
        </p>
      )}
      <Details
        graph={graph}
        picture={picture}
        view={view}
        note={note}
        offers={offers}
        onChange={change}
        onCut={() => cutChosen(view.selection === null ? [] : [view.selection])}
        onDone={toPicture}
        onAction={onAction}
      />
      <Shortcuts canZoom={most > 1} />
    </section>
  );
}

const NONE: readonly string[] = [];

/** Height of the slider below the picture, with its gap. */
const TRACK = 72;
/** Edges drawn faded; more would hide the others. */
const [MOST_FADED, MOST_WITH_FADED] = [100, 300];

/** The picture with the next edges by strength; null: there are none, or too many edges. */
function contextOf(graph: PictureGraph, layout: Layout, view: DrawnView): Picture | null {
  const shown = drawnCount(graph, view.prune);
  const isWhole = graph.sides !== undefined || view.prune.by === 'threshold';
  if (isWhole || shown > MOST_WITH_FADED || shown >= graph.edges.length) return null;
  return pictureOf(graph, layout, { ...view, prune: { by: 'edges', count: shown + MOST_FADED } });
}

/** A constant function that calls the latest one. */
function useStable<A>(latest: (argument: A) => void): (argument: A) => void {
  const held = useRef(latest);
  held.current = latest;
  return useCallback((argument: A) => held.current(argument), []);
}

function focusedId(event: KeyboardEvent): string | null {
  return (event.target as Element).closest<SVGElement>('[data-id]')?.dataset.id ?? null;
}

function Truth({ graph }: { readonly graph: Graph }) {
  const lines = selectTruth(graph);
  const together = selectInteractions(graph);
  if (lines.length === 0) return null;
  return (
    <>
      <dl className="graph-truth" data-testid="graph-truth">
        {lines.map(({ name, value, means }, i) => (
          <div key={`${name}${i}`} title={means}>
            <dt>{name}</dt>
            <dd>
              {value}
              <span className="visually-hidden"> {means}</span>
            </dd>
          </div>
        ))}
      </dl>
      {together.length > 0 && (
        <details className="small">
          <summary>Pairs of edges whose effects are not the sum of each</summary>
          <ul>
            {together.map(({ pair, value }) => (
              <li key={pair}>
                {pair}: {value}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Shortcuts({ canZoom }: { readonly canZoom: boolean }) {
  const keys = [
    ['arrows', 'along edges'],
    ['Enter', 'pin'],
    ['Space', 'pin as well'],
    ['G', 'group the pinned, or hold and click'],
    ['E', 'note'],
    ['H', 'hide'],
    ['X', 'cut'],
    ['U', 'undo'],
    ...(canZoom ? ([['+ - 0', 'zoom']] as const) : []),
    ['Escape', 'release'],
  ] as const;
  return (
    <p className="small muted graph-keys">
      {keys.map(([key, does]) => (
        <span key={key}>
          <kbd>{key}</kbd> {does}
        </span>
      ))}
    </p>
  );
}
