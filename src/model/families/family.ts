import type { ModelSpec } from '../spec';
import type { ModuleNames } from './slots';

/** All that Loci needs to open checkpoints of an architecture. */
export interface Family {
  /** config.json -> spec. Throws an Error naming the missing or unsupported field. */
  parseConfig(json: unknown): ModelSpec;
  /** Tensors that checkpoints contain but no pass reads. */
  readonly ignored: RegExp;
  /**
   * Hugging Face's module names: they determine the weights (`slotsOf`) and the aliases of sites.
   */
  readonly modules: ModuleNames;
}
