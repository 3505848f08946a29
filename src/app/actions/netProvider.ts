/** Where the open net is computed: on the processor, or on the graphics card. */
import type { NetVerification } from '../../engine/net/api';
import type { Provider } from '../../onnx/runtime';
import type { Loci } from '../loci';
import { inputIn, showAnswer } from './netAnswer';

/** Why nets cannot be computed on a graphics card here, in one sentence; null: they may be. */
export function whyNoCard(loci: Loci): string | null {
  const { gpuMissing } = loci.status.getState();
  if (gpuMissing !== null) return 'WebGPU does not work in this browser, so the processor computes.';
  if ('Suspending' in WebAssembly) return null;
  return 'This browser does not let WebAssembly wait for the graphics card (JSPI, as Chrome and Edge do since 137), so the processor computes.';
}

/** Rejects with one sentence if the net stays where it is. The verification is on the input shown. */
export async function computeOn(loci: Loci, provider: Provider): Promise<NetVerification> {
  const before = loci.net.getState().open!;
  const { environment, verification } = await loci.nets.computeOn(provider, inputIn(loci.net.getState())!);
  const { open } = loci.net.getState();
  if (open === before) loci.net.setState({ open: { ...open, environment } });
  await showAnswer(loci);
  return verification;
}
