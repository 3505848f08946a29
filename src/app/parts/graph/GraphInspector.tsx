/** Beside the picture: cut by name, current cuts, and the model's answer. */
import { CutsPanel } from '../../../panels/cuts/Panel';
import { whyNotAsked } from '../../actions/answer';
import { mendCut, restoreAll } from '../../actions/cuts';
import type { GraphFinding } from '../../actions/graph';
import { useGraph, useLoci, useStatus } from '../../context';
import { useNarrow } from '../../../ui/useNarrow';
import { WireField } from './WireField';
import './graph.css';

/** In one column it appears below the picture instead. */
export const AsideInspector = (props: { readonly finding: GraphFinding }) =>
  useNarrow() ? null : <GraphInspector {...props} />;

export function GraphInspector({ finding }: { readonly finding: GraphFinding }) {
  const loci = useLoci();
  const cuts = useGraph((state) => state.view.cut);
  const answer = useGraph((state) => state.answer);
  const missing = useStatus((state) => whyNotAsked(state, finding.document.model));
  return (
    <section className="graph-inspector" aria-label="What the model says with wires cut">
      <div className="section-head">
        <h2>With wires cut</h2>
      </div>
      <WireField finding={finding} />
      {cuts.length === 0 && (
        <p className="muted small">
          Cut a wire or a node, here or in the picture (X): the model answers again. Cutting a node cuts all
          wires into it.
        </p>
      )}
      <CutsPanel
        cuts={cuts}
        answer={answer?.state === 'told' ? answer.answer : null}
        missing={answer?.state === 'failed' ? answer.message : answer === null ? missing : null}
        onMend={(name) => void mendCut(loci, name)}
        onUndo={() => void mendCut(loci)}
        onRestore={() => void restoreAll(loci)}
      />
    </section>
  );
}
