/** Thumbnails of layers x heads, one enlarged head, and the prompt coloured by where it looks. */
import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useState } from 'react';
import { groupOf, positionsOf } from '../../model/pooling';
import type { Theme } from '../../ui/colour';
import { Tooltip } from '../../ui/Tooltip';
import { cellIndex, type RowName } from '../../view/marks/data';
import { moveInGrid } from '../../view/marks/gridKeys';
import { MarkPicture } from '../../view/marks/MarkPicture';
import { paint } from '../../view/marks/paint';
import { screen } from '../../view/marks/scene';
import type { Selection } from '../selection';
import { type AttentionHead, type AttentionView, type HeadMap, selectHead } from './select';
import { Looks } from './Looks';
import './attention.css';

export interface AttentionPanelProps {
  readonly view: AttentionView;
  /** The enlarged head. */
  readonly map: HeadMap;
  /** Positions per group in the small maps; 1: every weight. */
  readonly smallPool: number;
  /** Why the locked head lacks a full map. */
  readonly mapError: string | null;
  /** False if every position sees every other (encoders). */
  readonly isCausal: boolean;
  /** Query heads per key-value head. */
  readonly queriesPerKvHead: number;
  readonly rows: readonly RowName[];
  readonly theme: Theme;
  readonly selection: Selection | null;
  readonly locked: boolean;
  /** The locked head, and the one under the pointer. */
  readonly head: AttentionHead;
  readonly preview: AttentionHead | null;
  /** 'induction 0.91'; null: of no known kind, or not known yet. */
  readonly kindOf: (head: AttentionHead) => string | null;
  /** Why it opened on this head; null: it was chosen. */
  readonly why: string | null;
  readonly withoutSink: boolean;
  readonly onPreview: (head: AttentionHead | null) => void;
  readonly onHead: (head: AttentionHead) => void;
  readonly onSink: (withoutSink: boolean) => void;
  readonly onHover: (selection: Selection | null) => void;
  readonly onLock: (selection: Selection | null) => void;
}

export function AttentionPanel(props: AttentionPanelProps) {
  const { view, head, onPreview, onHead } = props;
  const grid = useRef<HTMLDivElement>(null);
  const key = (event: KeyboardEvent) => {
    const { layer, head: column } = (event.target as HTMLElement).dataset;
    if (layer === undefined) return;
    const from = { row: Number(layer), column: Number(column) };
    const to = moveInGrid(event.key, from, view.layers, view.heads);
    if (!to) return;
    event.preventDefault();
    grid.current!.querySelector<HTMLElement>(`[data-layer="${to.row}"][data-head="${to.column}"]`)?.focus();
  };
  // The head that it opened on, or that was chosen elsewhere, is in sight.
  useEffect(() => {
    const box = grid.current!;
    const thumb = box.querySelector<HTMLElement>(`[data-layer="${head.layer}"][data-head="${head.head}"]`);
    if (!thumb) return;
    const { offsetTop: top, offsetHeight: height } = thumb;
    const isSeen = top > box.scrollTop + height && top + height < box.scrollTop + box.clientHeight;
    if (!isSeen) box.scrollTop = top - box.clientHeight / 2;
  }, [head]);
  // One tab stop: the head of the last focus, else the enlarged one.
  const [stop, setStop] = useState<AttentionHead | null>(null);
  const tab = stop ?? head;
  return (
    <div className="attention">
      <div>
        <div
          ref={grid}
          className="attention-grid"
          data-testid="attention-grid"
          role="group"
          aria-label="Attention heads, layers down, heads across; arrow keys move"
          style={{ '--heads': view.heads } as React.CSSProperties}
          onPointerLeave={() => onPreview(null)}
          onKeyDown={key}
        >
          <span className="small muted attention-axes">layer, head</span>
          {Array.from({ length: view.heads }, (_, head) => (
            <span key={head} className="small muted attention-head">
              {head}
            </span>
          ))}
          {view.grid.map((heads, layer) => (
            <Layer
              key={layer}
              heads={heads}
              layer={layer}
              size={view.size}
              isCausal={props.isCausal}
              theme={props.theme}
              lit={props.selection?.layer === layer}
              kept={head.layer === layer ? head.head : null}
              tab={tab.layer === layer ? tab.head : null}
              onPreview={onPreview}
              onHead={onHead}
              onStop={setStop}
              kindOf={props.kindOf}
            />
          ))}
        </div>
        <label className="check small">
          <input
            type="checkbox"
            checked={props.withoutSink}
            onChange={(event) => props.onSink(event.target.checked)}
          />
          Leave out the first position (attention sink)
        </label>
      </div>
      <Large {...props} />
    </div>
  );
}

/** The head under the pointer, or the locked one. */
function Large(props: AttentionPanelProps) {
  const { view, map, isCausal, rows, theme, selection } = props;
  const { pool } = map;
  const shown = props.preview ?? props.head;
  const T = rows.length;
  const data = useMemo(() => selectHead(view, map, rows, isCausal), [view, map, rows, isCausal]);
  // One list per map: a new list is drawn again.
  const all = useMemo(() => [data], [data]);
  const [hovered, setHovered] = useState<{ label: string; anchor: DOMRect } | null>(null);
  const row = selection && selection.row < T ? groupOf(selection.row, pool) : null;
  const look =
    selection?.layer === shown.layer && selection.look?.head === shown.head ? selection.look : null;
  const kind = props.kindOf(shown);
  const groups = data.rows.length;
  const selected = (cell: number | null): Selection | null => {
    if (cell === null) return null;
    const [row, source] = [Math.floor(cell / groups), cell % groups].map(
      (group) => positionsOf(group, T, pool)[0],
    );
    return { row: row!, layer: shown.layer, look: { head: shown.head, source: source! } };
  };
  return (
    <div className="attention-large" data-testid="attention-large">
      <h3>
        {headTitle(shown, props.queriesPerKvHead)}
        {kind && <span className="muted" data-testid="head-kind">{` · ${kind}`}</span>}
      </h3>
      <p className="small muted attention-why">{props.preview ? '' : props.why}</p>
      <MarkPicture
        name="heatmap"
        all={all}
        theme={theme}
        testId={() => 'attention-matrix'}
        label={() =>
          `Attention of layer ${shown.layer}, head ${shown.head}: destination tokens by source tokens`
        }
        active={row === null ? null : cellIndex(data, row, look ? groupOf(look.source, pool) : row)}
        locked={props.locked}
        onHover={(cell, anchor) => {
          const at = cell === null ? null : ([Math.floor(cell / groups), cell % groups] as const);
          setHovered(at && anchor ? { label: data.cell(...at).label, anchor } : null);
          props.onHover(selected(cell));
        }}
        onLock={(cell) => props.onLock(selected(cell))}
      />
      <Looks
        view={view}
        map={map}
        rows={rows}
        theme={theme}
        isCausal={isCausal}
        row={selection && selection.row < T ? selection.row : null}
        onRow={(position) => props.onHover(position === null ? null : { row: position, layer: shown.layer })}
        onLock={(position) => props.onLock({ row: position, layer: shown.layer })}
      />
      {props.smallPool > 1 && <p className="small muted attention-note">{poolNote(props)}</p>}
      {hovered && <Tooltip anchor={hovered.anchor}>{hovered.label}</Tooltip>}
    </div>
  );
}

/** What a small map's cell holds, and how to see every weight. */
function poolNote({ map, smallPool, head, preview, mapError }: AttentionPanelProps): string {
  const largest = `the largest of up to ${smallPool} × ${smallPool} weights.`;
  if (map.pool === 1) return `Every weight. In the small maps a cell is ${largest}`;
  const isKept = !preview || (preview.layer === head.layer && preview.head === head.head);
  if (!isKept) return `A cell is ${largest} Click to read every weight.`;
  return `A cell is ${largest} ${mapError ?? 'Every weight is being read.'}`;
}

/** 'Layer 3, head 9'; grouped heads add ' · KV head 2 (serves Q 8-11)'. */
function headTitle({ layer, head }: AttentionHead, queries: number): string {
  const title = `Layer ${layer}, head ${head}`;
  if (queries === 1) return title;
  const shared = Math.floor(head / queries);
  return `${title} · KV head ${shared} (serves Q ${shared * queries}-${(shared + 1) * queries - 1})`;
}

interface LayerProps
  extends Pick<AttentionPanelProps, 'isCausal' | 'theme' | 'onPreview' | 'onHead' | 'kindOf'> {
  readonly heads: AttentionView['grid'][number];
  readonly layer: number;
  readonly size: number;
  readonly lit: boolean;
  /** The enlarged head, and the tab stop, if in this layer. */
  readonly kept: number | null;
  readonly tab: number | null;
  readonly onStop: (head: AttentionHead) => void;
}

/** Drawn again only if it changes: there may be a thousand heads under the pointer. */
const Layer = memo(function Layer(props: LayerProps) {
  const { heads, layer, size, isCausal, theme, lit, kept, tab, onPreview, onHead, onStop, kindOf } = props;
  return (
    <>
      <span className={lit ? 'small attention-layer lit' : 'small attention-layer muted'}>{layer}</span>
      {heads.map(({ head, strengths }) => (
        <button
          key={head}
          type="button"
          className="attention-thumb"
          aria-pressed={kept === head}
          aria-label={[`Layer ${layer}, head ${head}`, kindOf({ layer, head }) ?? []].flat().join(', ')}
          title={kindOf({ layer, head }) ?? undefined}
          tabIndex={tab === head ? 0 : -1}
          data-layer={layer}
          data-head={head}
          onPointerEnter={() => onPreview({ layer, head })}
          onFocus={(event) => {
            onStop({ layer, head });
            if (event.target.matches(':focus-visible')) onPreview({ layer, head });
          }}
          onBlur={() => onPreview(null)}
          onClick={() => onHead({ layer, head })}
        >
          <Thumbnail strengths={strengths} size={size} isCausal={isCausal} theme={theme} />
        </button>
      ))}
    </>
  );
});

interface ThumbnailProps {
  /** Row-major [size, size], strengths in [0, 1]. */
  readonly strengths: Float32Array;
  readonly size: number;
  readonly isCausal: boolean;
  readonly theme: Theme;
}

/** Approximate width of the picture in pixels. */
const PIXELS = 32;

const Thumbnail = memo(function Thumbnail({ strengths, size, isCausal, theme }: ThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const strength = (row: number, column: number) =>
      isCausal && column > row ? Number.NaN : strengths[row * size + column]!;
    const grid = { rows: size, columns: size, scale: 'blue', strength, isFaint: () => false } as const;
    paint(canvas.current!, grid, screen(theme), [size, size]);
  }, [strengths, size, isCausal, theme]);
  return <canvas ref={canvas} className={size > PIXELS ? 'thumbnail fine' : 'thumbnail'} />;
});
