/** The engine in Node, with WebGPU from the `webgpu` package. Not for the page's bundle. */
import { nodeGpu } from '../gpu/node';
import type { Engine } from './api';
import { createEngine, type EngineOptions } from './engine';

/** As `createEngine`; rejects if WebGPU is requested but its package does not load here. */
export async function createNodeEngine(
  backend: 'gpu' | 'reference',
  options: Omit<EngineOptions, 'gpu'>,
): Promise<Engine> {
  return createEngine({ ...options, gpu: backend === 'gpu' ? await nodeGpu() : null });
}
