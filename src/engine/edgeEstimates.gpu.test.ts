/** Edges estimated on the GPU (EAP, EAP-IG), compared with a plain loop in PyTorch and float64. */
import { describe, expect, it } from 'vitest';
import { ASKED, type EdgeGolden, estimatesOf } from '../experiments/graph/testing/estimates';
import { loadGolden, type ReadFile } from '../forward/testing';
import { openGpu } from '../gpu/device';
import { gpuForward } from './testing/gpuForward';

/** Of the largest estimate. */
const BAR = 1e-4;

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

describe.each(['tiny-a', 'tiny-llama', 'tiny-gpt_neox'])('edges of %s', (name) => {
  it('are estimated as the peers do, by every method', async () => {
    const peer: EdgeGolden = await (await fetch('/reference/goldens/edge_attribution.json')).json();
    const golden = await loadGolden(name, read);
    const forward = await gpuForward(golden, await openGpu({ gpu: navigator.gpu }));
    for (const [kind, theirs] of Object.entries(peer.checkpoints[name]!)) {
      const ours = await estimatesOf(golden, forward, peer, { fields: ASKED[kind]! });
      const most = Math.max(...Object.values(theirs).map(Math.abs));
      const errors = [...ours].map(([edge, value]) => Math.abs(value - theirs[edge]!) / most);
      const worst = Math.max(...errors);
      console.log(`${name} ${kind}: ${ours.size} edges, within ${worst.toExponential(1)} of the largest`);
      expect(worst, kind).toBeLessThan(BAR);
    }
  });
});
