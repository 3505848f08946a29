import type { ModelSpec } from '../spec';
import type { ModuleNames } from './slots';

/** What Loci must know of an architecture to open its checkpoints. */
export interface Family {
  /** config.json -> spec. Throws one sentence naming the field that is missing or not supported. */
  parseConfig(json: unknown): ModelSpec;
  /** Tensors that checkpoints ship and no pass reads. */
  readonly ignored: RegExp;
  /** Hugging Face's names of the modules: which weights there are (`slotsOf`), and aliases of sites. */
  readonly modules: ModuleNames;
}
