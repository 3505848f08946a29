/** The engine in Node: the only file of the command line that makes one. */
import type { Engine } from '../engine/api';
import { createEngine } from '../engine/engine';
import { nodeGpu } from '../gpu/node';
import type { EngineRequest } from './context';

/** Rejects if WebGPU cannot be loaded; whether there is an adapter shows when a model is opened. */
export async function openEngine({ engine, naive, folder }: EngineRequest): Promise<Engine> {
  const gpu = engine === 'gpu' ? await nodeGpu() : null;
  return createEngine({ gpu, folder, execution: naive ? 'naive' : 'wavefront' });
}
