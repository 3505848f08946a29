/** A thread inside the engine's, for onnxruntime-web: it computes without a pause, and the engine goes on answering. */
import { expose, proxy } from 'comlink';
import { type OpenOnnx, openOnnx } from '../onnx/run';

const open: OpenOnnx = async (files) => proxy(await openOnnx(files));
expose(open);
