/** The engine of one command: the only file of the command line that makes one. */
import type { Engine } from '../engine/api';
import { createNodeEngine } from '../engine/node';
import type { EngineRequest } from './context';

/** Rejects if WebGPU cannot be loaded; whether there is an adapter shows when a model is opened. */
export function openEngine({ engine, naive, folder }: EngineRequest): Promise<Engine> {
  return createNodeEngine(engine, { folder, execution: naive ? 'naive' : 'wavefront' });
}
