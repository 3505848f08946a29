/**
 * onnxruntime-web, one thread; or on WebGPU, its build for browsers that let WebAssembly wait (JSPI):
 * the build without that is a file too large for some static hosts. Package and WebAssembly (3.7 MB
 * compressed, 4.1 with WebGPU) are fetched on first use from the page's own server; in Node, from
 * node_modules.
 */
import { named } from '../util/parse';

/** onnxruntime's execution provider. 'webgpu' needs a browser with WebGPU and JSPI. */
export type Provider = 'wasm' | 'webgpu';

export async function loadRuntime(provider: Provider = 'wasm') {
  const ort = await (provider === 'wasm' ? import('onnxruntime-web/wasm') : import('onnxruntime-web/jspi'));
  ort.env.wasm.numThreads = 1;
  // The page serves the file itself; Node finds it beside the package.
  if (!isNode()) {
    const { default: wasm } = await (provider === 'wasm'
      ? import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url')
      : import('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url'));
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

/** What computes: 'one thread', or vendor and architecture of the card. Call it after a session was opened. */
export async function deviceName(provider: Provider): Promise<string> {
  if (provider === 'wasm') return 'one thread';
  const { env } = await loadRuntime(provider);
  const { vendor, architecture } = (await env.webgpu.device).adapterInfo;
  return [vendor, architecture].filter(Boolean).join(' ') || 'unnamed card';
}

/** Name and version, e.g. 'onnxruntime-web 1.30.0'. */
export async function runtimeName(): Promise<string> {
  const ort = await failing('could not be loaded', () => loadRuntime());
  return `onnxruntime-web ${ort.env.versions.web ?? ''}`.trim();
}
