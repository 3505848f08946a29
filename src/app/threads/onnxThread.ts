/** onnxruntime-web in its own thread, which ends with its session. */
import { type Remote, transfer, wrap } from 'comlink';
import type { OnnxSession, OpenOnnx } from '../../onnx/run';
import { trustedScript } from '../../util/trustedScript';
import workerUrl from './onnxWorker?worker&url';

export const openOnnxThread: OpenOnnx = async (files) => {
  const worker = new Worker(trustedScript(workerUrl), { type: 'module' });
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      // Verify reports it; the engine's thread is fine.
      event.preventDefault();
      reject(new Error(`onnx: its thread stopped, got '${event.message}'. Verify again.`));
    });
  });
  failed.catch(() => undefined);
  try {
    const buffers = new Set([files.model, ...files.external.map(({ bytes }) => bytes)].map((b) => b.buffer));
    const open = wrap<OpenOnnx>(worker);
    const opened = open(transfer(files, [...buffers] as ArrayBuffer[])) as Promise<unknown>;
    const session = (await Promise.race([failed, opened])) as Remote<OnnxSession>;
    return {
      runtime: await session.runtime,
      run: (tokens, sites) => Promise.race([failed, session.run(tokens, sites)]),
      close: async () => worker.terminate(),
    };
  } catch (error) {
    worker.terminate();
    throw error;
  }
};
