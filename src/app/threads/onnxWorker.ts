/** A thread for onnxruntime-web: it computes without pause while the engine keeps responding. */
import { expose, proxy } from 'comlink';
import type { OpenOnnx } from '../../onnx/run';

const open: OpenOnnx = async (files) => {
  const { openOnnx } = await import('../../onnx/run');
  return proxy(await openOnnx(files));
};
expose(open);
