/**
 * Runs an exported model in onnxruntime-web: Microsoft's engine on the CPU, one thread, float32. It
 * shares neither code nor rounding with the kernels under test. Package and WebAssembly (3.7 MB
 * compressed) are fetched on first use from the page's own server; in Node, from node_modules.
 */
import type { InferenceSession } from 'onnxruntime-web/wasm';
import { findSite, siteShape } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import { failing, loadRuntime, runtimeName } from './runtime';
import type { OnnxFiles } from './serialise';
import { INPUT } from './transformer';

/**
 * WebAssembly addresses 4 GiB, some of it for activations: 2.95 GiB of weights worked, 3.4 did not.
 */
const MAX_BYTES = 3 * 2 ** 30;
/** Outputs fetched in one run. */
const BATCH_BYTES = 2 ** 28;

export interface OnnxSession {
  /** Name and version of the engine, e.g. 'onnxruntime-web 1.30.0'. */
  readonly runtime: string;
  /** One pass: tokens [T] -> each site's tensor, row-major. Throws an Error if the engine fails. */
  run(tokens: readonly number[], sites: readonly string[]): Promise<Map<string, Float32Array>>;
  /** Frees the model. */
  close(): Promise<void>;
}

export type OpenOnnx = (files: OnnxFiles) => Promise<OnnxSession>;

/**
 * Loads a model. Throws an Error if it is too large or the engine refuses it. Weights inside the
 * model's own file are held twice, so export a large model with `externalData`.
 */
export async function openOnnx({ model, external }: OnnxFiles): Promise<OnnxSession> {
  const bytes = external.reduce((sum, file) => sum + file.bytes.length, 2 * model.length);
  if (bytes > MAX_BYTES) {
    throw new Error(
      `onnx: the model is too large for onnxruntime-web, got ${gigabytes(bytes)}, expected at most ` +
        `${gigabytes(MAX_BYTES)} in float32. Export it and run it in Python instead.`,
    );
  }
  const ort = await failing('could not be loaded', () => loadRuntime());
  const session = await failing('could not open the model', () =>
    ort.InferenceSession.create(model, {
      executionProviders: ['wasm'],
      // Every site must be computed as written; fused operators hide some and round differently.
      graphOptimizationLevel: 'disabled',
      externalData: external.map((file) => ({ path: file.name, data: file.bytes })),
      // Packed copies of the weights would double the memory, for only a few runs.
      extra: { session: { disable_prepacking: '1' } },
    }),
  );
  return {
    runtime: await runtimeName(),
    async run(tokens, sites) {
      const input = new ort.Tensor('int64', BigInt64Array.from(tokens, BigInt), [tokens.length]);
      const results = await failing('could not run the model', () =>
        session.run({ [INPUT]: input }, [...sites]),
      );
      return new Map(sites.map((site) => [site, toFloats(results, site)]));
    },
    close: () => session.release(),
  };
}

function toFloats(results: InferenceSession.OnnxValueMapType, site: string): Float32Array {
  const data = results[site]?.data;
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number);
  throw new Error(`onnx: no numbers for '${site}', got outputs: ${Object.keys(results).join(', ')}.`);
}

/**
 * Runs the model and yields the sites one by one, in the requested order. Each run fetches as many
 * as fit a fixed size, since a model's activations may exceed its weights.
 */
export async function* onnxSites(
  session: OnnxSession,
  spec: ModelSpec,
  tokens: readonly number[],
  sites: readonly string[],
): AsyncGenerator<readonly [site: string, data: Float32Array]> {
  for (const batch of siteBatches(spec, sites, tokens.length)) {
    const results = await session.run(tokens, batch);
    for (const site of batch) {
      yield [site, results.get(site)!];
      results.delete(site);
    }
  }
}

/** Opens a model, runs it once, and returns every requested site. */
export async function runOnnx(
  files: OnnxFiles,
  spec: ModelSpec,
  tokens: readonly number[],
  sites: readonly string[],
): Promise<Map<string, Float32Array>> {
  const session = await openOnnx(files);
  try {
    const all = new Map<string, Float32Array>();
    for await (const [site, data] of onnxSites(session, spec, tokens, sites)) all.set(site, data);
    return all;
  } finally {
    await session.close();
  }
}

/** Consecutive groups of sites whose tensors total less than `most` bytes, or a single site. */
export function siteBatches(
  spec: ModelSpec,
  sites: readonly string[],
  T: number,
  most = BATCH_BYTES,
): string[][] {
  const batches: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const site of sites) {
    const bytes = siteShape(spec, findSite(spec, site), T).reduce((product, axis) => product * axis, 4);
    if (size + bytes > most) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)!.push(site);
    size += bytes;
  }
  return batches;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
