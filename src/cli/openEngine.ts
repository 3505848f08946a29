/** The engine of one command; the only file of the command line that creates one. */
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { openAhead } from '../engine/ahead';
import type { Engine } from '../engine/api';
import { measuredStore } from '../engine/measuredStore';
import { createNodeEngine } from '../engine/node';
import { diskStore } from '../load/diskStore';
import type { StartThread } from '../load/tokenizer/connection';
import type { EngineRequest } from './context';
import { cacheFolder } from './files';

/** A device being opened; null if the command needs none. */
export type Ahead = ReturnType<typeof openAhead> | null;

/** Rejects if WebGPU cannot be loaded. A missing adapter surfaces only when a model is opened. */
export function openEngine(
  { engine, naive, resume, folder, readSet }: EngineRequest,
  startThread: StartThread,
  ahead: Ahead,
): Promise<Engine> {
  const cache = cacheFolder(process.env);
  return createNodeEngine(engine, {
    startThread,
    folder,
    store: diskStore(cache),
    readSet,
    memoryBytes: totalmem(),
    execution: naive ? 'naive' : 'wavefront',
    ...(resume && { measured: measuredStore(diskStore(join(cache, 'studies'))) }),
    ...(ahead && { ahead }),
  });
}
