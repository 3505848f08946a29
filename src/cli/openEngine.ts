/** The engine of one command: the only file of the command line that makes one. */
import { homedir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../engine/api';
import { measuredStore } from '../engine/measuredStore';
import { createNodeEngine } from '../engine/node';
import { diskStore } from '../load/diskStore';
import type { EngineRequest } from './context';

/** Rejects if WebGPU cannot be loaded; whether there is an adapter shows when a model is opened. */
export function openEngine({ engine, naive, resume, folder, readSet }: EngineRequest): Promise<Engine> {
  const cache = process.env.LOCI_CACHE ?? join(homedir(), '.cache', 'loci');
  const store = diskStore(cache);
  const measured = resume ? { measured: measuredStore(diskStore(join(cache, 'studies'))) } : {};
  const memoryBytes = totalmem();
  const execution = naive ? 'naive' : 'wavefront';
  return createNodeEngine(engine, { folder, store, readSet, memoryBytes, execution, ...measured });
}
