/** Names a wire or node to cut or measure: the keyboard's equivalent of the pointer. */
import { useId, useMemo, useState } from 'react';
import { edgeKey } from '../../../results/graph';
import { cutWires } from '../../actions/cuts';
import type { GraphFinding } from '../../actions/graph';
import { measureNow } from '../../actions/measureEdges';
import { whyNotAsked } from '../../actions/answer';
import { useGraph, useLoci, useStatus } from '../../context';

/** Most suggestions listed. */
const MOST_SUGGESTED = 400;

export function WireField({ finding }: { readonly finding: GraphFinding }) {
  const loci = useLoci();
  const list = useId();
  const [name, setName] = useState('');
  const { graph, model } = finding.document;
  const names = useMemo(() => {
    const kept = graph.edges.filter((edge) => edge.kept);
    const others = graph.edges.filter((edge) => !edge.kept);
    const nodes = graph.nodes.filter(({ kind }) => kind !== 'input').map(({ id }) => id);
    return [...nodes, ...[...kept, ...others].map(edgeKey)];
  }, [graph]);
  const isEdge = name.includes('->') && names.includes(name);
  const isKnown = isEdge || names.includes(name);
  const missing = useStatus((state) => whyNotAsked(state, model));
  const busy = useGraph((state) => state.measuring.length > 0);
  const cut = () => {
    if (!isKnown) return;
    void cutWires(loci, [name]);
    setName('');
  };
  return (
    <form
      className="graph-wire"
      onSubmit={(event) => {
        event.preventDefault();
        cut();
      }}
    >
      <label className="labelled">
        <span>Wire or node</span>
        <input
          className="field"
          data-testid="wire-name"
          list={list}
          value={name}
          placeholder="m0, or a0.h1->m1"
          spellCheck={false}
          autoComplete="off"
          aria-invalid={name !== '' && !isKnown}
          onChange={(event) => setName(event.target.value.trim())}
        />
      </label>
      <datalist id={list}>
        {names.slice(0, MOST_SUGGESTED).map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <button
        type="submit"
        className="button"
        data-testid="cut-wire"
        disabled={!isKnown}
        title="A wire then carries what the graph’s ablation says; of a node all wires into it are cut"
      >
        Cut
      </button>
      <button
        type="button"
        className="button"
        data-testid="measure-wire"
        disabled={!isEdge || busy || missing !== null}
        title={missing ?? 'Cut alone on every prompt: score and interval go into a new finding'}
        onClick={() => void measureNow(loci, [name])}
      >
        Measure
      </button>
    </form>
  );
}
