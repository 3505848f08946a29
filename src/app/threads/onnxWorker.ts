/** A thread inside the engine's, for onnxruntime-web: it computes without a pause, and the engine goes on answering. */
import { expose, proxy } from 'comlink';
import type { OpenOnnx } from '../../onnx/run';

const open: OpenOnnx = async (files) => {
  const { openOnnx } = await import('../../onnx/run');
  return proxy(await openOnnx(files));
};
expose(open);
