/**
 * A session of onnxruntime-web on a rewritten net. The net's file is passed as external data, so
 * every session reads the same bytes and no weight is written again.
 */
import { named } from '../util/parse';
import { bytesOf, type Net, WEIGHTS } from './rewrite/net';
import { failing, loadRuntime, type Provider } from './runtime';

/** 'disabled' computes every node as written; the others fuse nodes, and round differently. */
export type Optimization = 'disabled' | 'basic' | 'extended' | 'all';

export interface SessionOptions {
  readonly optimization: Optimization;
  /** Default 'wasm'. */
  readonly provider?: Provider;
}

export interface Feed {
  readonly dims: readonly number[];
  /** Bytes are truth values. */
  readonly data: Float32Array | Uint8Array;
}

export interface Fetched {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface NetSession {
  /** Element type of an output, e.g. 'float32', 'int64'; absent for what is no tensor. */
  readonly types: ReadonlyMap<string, string>;
  run(feeds: Readonly<Record<string, Feed>>, outputs: readonly string[]): Promise<Map<string, Fetched>>;
  close(): Promise<void>;
}

/** `file`: the bytes that the net's tensors point into. Throws one sentence if the engine refuses. */
export async function openSession(net: Net, file: Uint8Array, options: SessionOptions): Promise<NetSession> {
  return openBytes(bytesOf(net), options, file);
}

/** A session of a whole ONNX file, untouched. */
export async function openBytes(
  bytes: Uint8Array,
  { optimization, provider = 'wasm' }: SessionOptions,
  weights?: Uint8Array,
): Promise<NetSession> {
  const ort = await failing('could not be loaded', () => loadRuntime(provider));
  const session = await failing('could not open the model', () =>
    ort.InferenceSession.create(bytes, {
      executionProviders: [provider],
      graphOptimizationLevel: optimization,
      logSeverityLevel: 4,
      ...(weights && { externalData: [{ path: WEIGHTS, data: weights }] }),
    }),
  );
  const types = session.outputMetadata.flatMap((one) =>
    one.isTensor ? [[one.name, one.type] as const] : [],
  );
  return {
    types: new Map(types),
    async run(feeds, outputs) {
      const tensors = Object.entries(feeds).map(([name, { dims, data }]) => [
        name,
        data instanceof Float32Array
          ? new ort.Tensor('float32', data, dims)
          : new ort.Tensor('bool', data, dims),
      ]);
      const results = await failing('could not run the model', () =>
        session.run(Object.fromEntries(tensors), [...outputs]),
      );
      return new Map(outputs.map((name) => [name, fetched(name, results[name])]));
    },
    close: () => session.release(),
  };
}

function fetched(name: string, tensor: { dims: readonly number[]; data: unknown } | undefined): Fetched {
  const data = tensor?.data;
  if (tensor && (data instanceof Float32Array || data instanceof BigInt64Array))
    return { dims: tensor.dims, data };
  throw new Error(`internal: onnx: no numbers for '${named(name)}', got ${typeof data}.`);
}
