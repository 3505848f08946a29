/** The engine's thread: the page says where it lies and whether there is a GPU, and gets the engine. */
import { expose, proxy } from 'comlink';
import { createEngine } from '../engine/engine';

expose((appUrl: string, hasGpu: boolean) =>
  proxy(createEngine({ gpu: hasGpu ? navigator.gpu : null, appUrl })),
);
