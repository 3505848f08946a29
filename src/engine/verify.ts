/** Compares every hook site of one prompt with another implementation of the same model. */
import { compareTensors } from '../forward/reference/compare';
import type { RunForward, Tensor } from '../forward/request/contract';
import type { CheckpointWeights } from '../load/weights';
import { listSites } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import type { OpenOnnx } from '../onnx/run';
import type { SiteError, Verification, WeightFormat } from './api';

/**
 * Largest allowed |ours - theirs| for a site's tensor, relative to its largest value. The other
 * implementation has the checkpoint's own weights; halves hold 11 bits of them.
 */
export const VERIFY_BARS: Readonly<Record<WeightFormat, number>> = { f32: 2e-5, f16: 2e-3 };

export function siteError(site: string, ours: ArrayLike<number>, theirs: ArrayLike<number>): SiteError {
  return { site, ...compareTensors(ours, theirs) };
}

type Captures = Readonly<Record<string, Tensor>>;

/** `ours` holds every site; `reference` is the float64 one. */
export async function againstReference(
  spec: ModelSpec,
  tokens: readonly number[],
  ours: Captures,
  reference: RunForward,
): Promise<Omit<Verification, 'bar'>> {
  const sites = listSites(spec).map((site) => site.name);
  const captures = sites.map((site) => ({ site }));
  const { runs } = await reference({ runs: [{ id: 'run', tokens, captures }], reuse: 'naive' });
  const errors = sites.map((site) => siteError(site, ours[site]!.data, runs.run!.captures[site]!.data));
  return { against: 'float64 reference', errors };
}

/**
 * Exports the model for this prompt's length, runs it in onnxruntime-web and compares site by site.
 * `open` may run it in another thread.
 */
export async function againstOnnx(
  spec: ModelSpec,
  tokens: readonly number[],
  ours: Captures,
  weights: CheckpointWeights,
  open?: OpenOnnx,
): Promise<Omit<Verification, 'bar'>> {
  const [{ exportOnnx }, { openOnnx, onnxSites }] = await Promise.all([
    import('../onnx/export'),
    import('../onnx/run'),
  ]);
  const sites = listSites(spec).map((site) => site.name);
  const files = await exportOnnx(spec, weights.slots, weights.get, {
    length: tokens.length,
    externalData: true,
  });
  const session = await (open ?? openOnnx)(files);
  try {
    const errors: SiteError[] = [];
    for await (const [site, data] of onnxSites(session, spec, tokens, sites)) {
      errors.push(siteError(site, ours[site]!.data, data));
    }
    return { against: session.runtime, errors };
  } finally {
    await session.close();
  }
}
