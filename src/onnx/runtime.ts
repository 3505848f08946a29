/**
 * onnxruntime-web, one thread. Package and WebAssembly (3.7 MB compressed) are fetched on first use
 * from the page's own server; in Node, from node_modules.
 */
import { named } from '../util/parse';

export async function loadRuntime() {
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  // The page serves the file itself; Node finds it beside the package.
  if (!isNode()) {
    const { default: wasm } = await import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url');
    ort.env.wasm.wasmPaths = { wasm: new URL(wasm, import.meta.url).href };
  }
  return ort;
}

function isNode(): boolean {
  return typeof process !== 'undefined' && Boolean(process.versions?.node);
}

/** Awaits work of onnxruntime-web; its error, which may quote the file, becomes one sentence. */
export async function failing<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`onnx: onnxruntime-web ${what}, got: ${named(reason)}`, { cause: error });
  }
}

/** Name and version, e.g. 'onnxruntime-web 1.30.0'. */
export async function runtimeName(): Promise<string> {
  const ort = await failing('could not be loaded', loadRuntime);
  return `onnxruntime-web ${ort.env.versions.web ?? ''}`.trim();
}
