/** Names a wire or node to cut or measure: the keyboard's equivalent of the pointer. */
import { useId, useMemo, useState } from 'react';
import { Button } from '../../../ui/Button';
import { TextField } from '../../../ui/TextField';
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
      <TextField
        label="Wire or node"
        data-testid="wire-name"
        list={list}
        value={name}
        placeholder="m0, or a0.h1->m1"
        aria-invalid={name !== '' && !isKnown}
        onChange={(text) => setName(text.trim())}
      />
      <datalist id={list}>
        {names.slice(0, MOST_SUGGESTED).map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <Button
        type="submit"
        data-testid="cut-wire"
        disabled={!isKnown}
        title="A wire then carries what the graph’s ablation says; of a node all wires into it are cut"
      >
        Cut
      </Button>
      <Button
        data-testid="measure-wire"
        disabled={!isEdge || busy || missing !== null}
        title={missing ?? 'Cut alone on every prompt: score and interval go into a new finding'}
        onClick={() => void measureNow(loci, [name])}
      >
        Measure
      </Button>
    </form>
  );
}
