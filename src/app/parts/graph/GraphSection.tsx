/** A graph, and what can be done with it: wires cut, edges measured, another graph held against it. */
import { useMemo } from 'react';
import { ComparePanel } from '../../../panels/compare/Panel';
import { selectCompare } from '../../../panels/compare/select';
import { CutsPanel } from '../../../panels/cuts/Panel';
import {
  type GraphFinding,
  mendCut,
  openBeside,
  compareWith,
  othersWithGraphs,
  restoreAll,
} from '../../actions/graph';
import { whyNotAsked } from '../../actions/answer';
import { useGraph, useLoci, useSession, useStatus } from '../../context';
import { WireField } from './WireField';
import './graph.css';

export function GraphSection({ finding }: { readonly finding: GraphFinding }) {
  const error = useGraph((state) => state.error);
  const measuring = useGraph((state) => state.measuring);
  return (
    <section className="graph-section" aria-label="Graph" data-testid="graph-section">
      <div className="section-head">
        <h2>Through what the answer comes</h2>
      </div>
      <div className="graph-tools">
        <WireField finding={finding} />
        <Beside finding={finding} />
      </div>
      <p className={error === null ? 'small muted' : 'small error'} role="status" data-testid="graph-state">
        {error ?? (measuring.length > 0 ? `Measuring ${measuring.join(', ')}.` : '')}
      </p>
      <Cuts finding={finding} />
      <Compared finding={finding} />
    </section>
  );
}

function Cuts({ finding }: { readonly finding: GraphFinding }) {
  const loci = useLoci();
  const cuts = useGraph((state) => state.view.cut);
  const answer = useGraph((state) => state.answer);
  const missing = useStatus((state) => whyNotAsked(state, finding.document.model));
  return (
    <CutsPanel
      cuts={cuts}
      answer={answer?.state === 'told' ? answer.answer : null}
      asking={answer?.state === 'asking'}
      missing={answer?.state === 'failed' ? answer.message : answer === null ? missing : null}
      onMend={(name) => void mendCut(loci, name)}
      onUndo={() => void mendCut(loci)}
      onRestore={() => void restoreAll(loci)}
    />
  );
}

const OTHER = 'open';

/** Which graph is held against this one. */
function Beside({ finding }: { readonly finding: GraphFinding }) {
  const loci = useLoci();
  const findings = useSession((state) => state.findings);
  const beside = useGraph((state) => state.beside);
  const others = othersWithGraphs(findings, finding.id);
  return (
    <div className="graph-beside">
      <label className="labelled">
        <span>Compare with</span>
        <select
          className="field"
          data-testid="compare-with"
          value={beside ?? ''}
          onChange={(event) => {
            const { value } = event.target;
            if (value === OTHER) openLinkBeside();
            else compareWith(loci, value === '' ? null : value);
          }}
        >
          <option value="">nothing</option>
          {others.map((other) => (
            <option key={other.id} value={other.id}>
              {nameOf(other)}
            </option>
          ))}
          <option value={OTHER}>a link</option>
        </select>
      </label>
      <label className="button small graph-file">
        Open a file
        <input
          type="file"
          className="visually-hidden"
          data-testid="compare-file"
          accept=".json,application/json"
          onChange={async (event) => {
            const file = event.target.files?.[0];
            event.target.value = '';
            if (file) await openBeside(loci, await file.text());
          }}
        />
      </label>
    </div>
  );

  function openLinkBeside(): void {
    const link = window.prompt('The link of a finding with a graph');
    if (link) void openBeside(loci, link);
  }
}

function Compared({ finding }: { readonly finding: GraphFinding }) {
  const beside = useGraph((state) => state.beside);
  const findings = useSession((state) => state.findings);
  const other = othersWithGraphs(findings, finding.id).find(({ id }) => id === beside);
  const view = useMemo(
    () => other && selectCompare(finding.document.graph, other.document.graph),
    [finding, other],
  );
  if (!view || !other) return null;
  return <ComparePanel view={view} nameOfA={nameOf(finding)} nameOfB={nameOf(other)} />;
}

const METHODS = {
  path: 'paths',
  acdc: 'ACDC',
  exhaustive: 'every edge cut alone',
  chosen: 'chosen edges',
  imported: 'imported',
} as const;

/** What a graph is, where several are named. */
function nameOf({ document, asked, id }: GraphFinding): string {
  const about = asked.given?.name ?? asked.prompt;
  const { method, edges } = document.graph;
  const kept = edges.filter((edge) => edge.kept).length;
  return `${about}, ${METHODS[method]}, ${kept} kept (${id.replace('finding-', 'no. ')})`;
}
