/** A graph and its tools: cut wires, measure edges, compare with another graph. */
import { useMemo } from 'react';
import { headLabel } from '../../../panels/attention/headKinds';
import { ComparePanel } from '../../../panels/compare/Panel';
import { selectCompare } from '../../../panels/compare/select';
import { overlayGraphs } from '../../../panels/graph/overlay';
import { GraphPanel } from '../../../panels/graph/Panel';
import { graphSvg } from '../../../panels/graph/svg';
import { footOf } from '../../../results/origin';
import { canCutWires, type GraphFinding, viewGraph } from '../../actions/graph';
import { compareWith, openBeside, othersWithGraphs } from '../../actions/graphBeside';
import { useGraph, useLoci, useSession, useView } from '../../context';
import { download, svgToPng } from '../../download';
import { actOnGraph, offersOf } from '../../actions/graphActions';
import { FileButton } from '../../../ui/FileButton';
import { SelectField } from '../../../ui/SelectField';
import { useNarrow } from '../../../ui/useNarrow';
import { placeOfNode } from '../../editPlaces';
import { guarded } from '../../ErrorBoundary';
import { useHeadKinds } from '../headKinds';
import * as inspector from './GraphInspector';
import './graph.css';

const { GraphPicture, GraphInspector, ChoiceOfGraph, Comparison } = guarded({
  GraphPicture: Picture,
  GraphInspector: inspector.GraphInspector,
  ChoiceOfGraph: Beside,
  Comparison: Compared,
});

export function GraphSection({ finding }: { readonly finding: GraphFinding }) {
  const isNarrow = useNarrow();
  const error = useGraph((state) => state.error);
  const measuring = useGraph((state) => state.measuring);
  return (
    <div className="graph-section" data-testid="graph-section">
      <GraphPicture finding={finding} />
      {isNarrow && canCutWires(finding) && <GraphInspector finding={finding} />}
      <ChoiceOfGraph finding={finding} />
      <p className={error === null ? 'small muted' : 'small error'} role="status" data-testid="graph-state">
        {error ?? (measuring.length > 0 ? `Measuring ${measuring.join(', ')}.` : '')}
      </p>
      <Comparison finding={finding} />
    </div>
  );
}

function Picture({ finding }: { readonly finding: GraphFinding }) {
  const loci = useLoci();
  const view = useGraph((state) => state.view);
  const theme = useView((state) => state.theme);
  const offers = useMemo(() => offersOf(finding), [finding]);
  const other = useOther(finding);
  const [a, b] = [finding.document.graph, other?.document.graph];
  const drawn = b ? (view.compare ?? 'a') : 'a';
  const graph = useMemo(() => (drawn === 'a' ? a : drawn === 'b' ? b! : overlayGraphs(a, b!)), [a, b, drawn]);
  const kinds = useHeadKinds(finding, true);
  const kindOf = (node: string) => {
    const place = placeOfNode(node);
    return place?.part === 'head' ? headLabel(kinds?.[place.layer!]?.[place.head!]) : null;
  };
  return (
    <GraphPanel
      graph={graph}
      view={view}
      theme={theme}
      kindOf={kindOf}
      offers={offers}
      onView={(next) => void viewGraph(loci, next)}
      onAction={async (action) => {
        const place = await actOnGraph(loci, action);
        if (place !== null) document.querySelector(place)?.scrollIntoView({ block: 'nearest' });
      }}
      onSave={async (format) => {
        const svg = graphSvg(graph, view, footOf(finding.document));
        const picture = format === 'png' ? await svgToPng(svg) : new Blob([svg], { type: 'image/svg+xml' });
        download(`loci-graph.${format}`, picture);
      }}
    />
  );
}

const OTHER = 'open';

/** Chooses the graph to compare with. */
function Beside({ finding }: { readonly finding: GraphFinding }) {
  const loci = useLoci();
  const findings = useSession((state) => state.findings);
  const beside = useGraph((state) => state.beside);
  const others = othersWithGraphs(findings, finding.id);
  return (
    <div className="graph-beside">
      <SelectField
        label="Compare with"
        data-testid="compare-with"
        value={beside ?? ''}
        choices={[
          ['', 'nothing'],
          ...others.map((other) => [other.id, nameOf(other)] as const),
          [OTHER, 'a link'],
        ]}
        onChange={(chosen) => {
          if (chosen === OTHER) openLinkBeside();
          else compareWith(loci, chosen === '' ? null : chosen);
        }}
      />
      <FileButton
        label="Open a file"
        className="button small"
        data-testid="compare-file"
        accept=".json,application/json"
        onFiles={([file]) => file && void openBeside(loci, file)}
      />
    </div>
  );

  function openLinkBeside(): void {
    const link = window.prompt('The link of a finding with a graph');
    if (link) void openBeside(loci, link);
  }
}

/** The finding to compare with; null: none. */
function useOther(finding: GraphFinding): GraphFinding | null {
  const beside = useGraph((state) => state.beside);
  const findings = useSession((state) => state.findings);
  return othersWithGraphs(findings, finding.id).find(({ id }) => id === beside) ?? null;
}

function Compared({ finding }: { readonly finding: GraphFinding }) {
  const loci = useLoci();
  const picture = useGraph((state) => state.view);
  const theme = useView((state) => state.theme);
  const other = useOther(finding);
  const view = useMemo(
    () => other && selectCompare(finding.document.graph, other.document.graph),
    [finding, other],
  );
  if (!view || !other) return null;
  return (
    <ComparePanel
      view={view}
      nameOfA={nameOf(finding)}
      nameOfB={nameOf(other)}
      drawn={picture.compare ?? 'a'}
      theme={theme}
      onDraw={(compare) => void viewGraph(loci, { ...picture, compare })}
    />
  );
}

const METHODS = {
  path: 'paths',
  acdc: 'ACDC',
  exhaustive: 'every edge cut alone',
  eap: 'EAP',
  'eap-ig': 'EAP-IG',
  class: 'a class',
  chosen: 'chosen edges',
  imported: 'imported',
} as const;

/** A graph's name among several. */
function nameOf({ document, asked, id }: GraphFinding): string {
  const about = asked.given?.name ?? asked.prompt;
  const { method, edges } = document.graph;
  const kept = edges.filter((edge) => edge.kept).length;
  return `${about}, ${METHODS[method]}, ${kept} kept (${id.replace('finding-', 'no. ')})`;
}
