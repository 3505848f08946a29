/** The selection in words, its actions, and its strongest edges. */
import type { RefObject } from 'react';
import { LinkButton } from '../../ui/LinkButton';
import { type GraphAction, namesToCut, offeredActions } from './actions';
import type { PictureGraph } from './overlay';
import type { DrawnNode, Picture } from './picture';
import type { GraphChange } from './changes';
import type { GraphView } from './view';
import { endWords, labelOfNode, signedPercent, wordsOfEdge } from './words';

export interface DetailsProps {
  readonly graph: PictureGraph;
  readonly picture: Picture;
  readonly view: GraphView;
  readonly note: RefObject<HTMLTextAreaElement | null>;
  readonly offers: readonly GraphAction['type'][];
  readonly onChange: (change: GraphChange) => void;
  readonly onCut: () => void;
  /** Typing ended. */
  readonly onDone: () => void;
  readonly onAction: (action: GraphAction) => void;
}

/** Most edges listed per node. */
const LISTED = 5;

export function Details(props: DetailsProps) {
  const { graph, picture, view, onChange } = props;
  const { selection } = view;
  const node = picture.nodes[picture.indexOf.get(selection ?? '') ?? -1];
  const edge = picture.edges[picture.edgeIndexOf.get(selection ?? '') ?? -1];
  if (selection === null || (!node && !edge))
    return (
      <div className="graph-details" data-testid="graph-details">
        <p className="small muted">Point at a node or an edge to see its paths; click to keep it here.</p>
      </div>
    );
  const words = edge && wordsOfEdge(edge, picture, graph);
  const isPinned = view.pinned.includes(selection);
  const nodesPinned = view.pinned.filter((id) => picture.indexOf.has(id));
  // An edge may be cut through its node: restores the node.
  const isCut = namesToCut([selection], picture, graph).every((name) => view.cut.includes(name));
  return (
    <div className="graph-details" data-testid="graph-details">
      <div>
        <p aria-live="polite">
          <strong>{words ? words.title : labelOfNode(node!, picture, graph)}</strong>
        </p>
        {words?.lines.map((line) => (
          <p key={line} className="small">
            {line}
          </p>
        ))}
        <div className="graph-buttons small">
          <Button onClick={() => onChange({ do: 'pin', id: selection, alone: false })}>
            {isPinned ? 'Unpin' : 'Pin'}
          </Button>
          <Button onClick={() => onChange({ do: 'hide', ids: [selection] })}>Hide</Button>
          <Button onClick={props.onCut}>{isCut ? 'Restore' : node ? 'Cut the wires into it' : 'Cut'}</Button>
          {nodesPinned.length > 1 && (
            <Button onClick={() => onChange({ do: 'group', nodes: nodesPinned })}>
              Group the {nodesPinned.length} pinned
            </Button>
          )}
          {node?.kind === 'group' && (
            <Button onClick={() => onChange({ do: 'ungroup', name: selection })}>Ungroup</Button>
          )}
          {offeredActions(selection, picture, graph, props.offers).map(({ label, action }) => (
            <Button key={label} onClick={() => props.onAction(action)}>
              {label}
            </Button>
          ))}
        </div>
        {node?.kind === 'group' && (
          <label className="labelled">
            <span>Name of the group</span>
            <input
              key={selection}
              className="field"
              defaultValue={selection}
              onBlur={({ target }) => onChange({ do: 'rename', name: selection, to: target.value })}
              onKeyDown={(event) => event.key === 'Enter' && props.onDone()}
            />
          </label>
        )}
        <label className="labelled">
          <span>Note</span>
          <textarea
            key={selection}
            ref={props.note}
            className="field"
            rows={2}
            defaultValue={view.notes[selection] ?? ''}
            onBlur={({ target }) => onChange({ do: 'annotate', id: selection, text: target.value })}
          />
        </label>
      </div>
      {node && <Strongest node={node} graph={graph} picture={picture} onChange={onChange} />}
    </div>
  );
}

interface StrongestProps extends Pick<DetailsProps, 'graph' | 'picture' | 'onChange'> {
  readonly node: DrawnNode;
}

function Strongest({ node, graph, picture, onChange }: StrongestProps) {
  const i = picture.indexOf.get(node.id)!;
  const sides = [
    { title: 'Writes to', edges: picture.adjacency.out[i]!, end: 'to' as const },
    { title: 'Reads from', edges: picture.adjacency.into[i]!, end: 'from' as const },
  ];
  return (
    <div className="graph-strongest small">
      {sides.map(({ title, edges, end }) => (
        <div key={title}>
          <p className="muted">
            {title}
            {edges.length > LISTED ? `, ${LISTED} strongest of ${edges.length}` : ''}
          </p>
          <ul>
            {/* The strongest edges are last. */}
            {edges
              .slice(-LISTED)
              .reverse()
              .map((e) => {
                const edge = picture.edges[e]!;
                return (
                  <li key={edge.id}>
                    <LinkButton onClick={() => onChange({ do: 'select', id: edge.id })}>
                      {endWords(edge, end, picture, graph)}
                    </LinkButton>{' '}
                    {edge.score === null ? 'not measured' : signedPercent(edge.score)}
                  </li>
                );
              })}
          </ul>
        </div>
      ))}
    </div>
  );
}

function Button({ onClick, children }: { readonly onClick: () => void; readonly children: React.ReactNode }) {
  return (
    <button type="button" className="button quiet" onClick={onClick}>
      {children}
    </button>
  );
}
