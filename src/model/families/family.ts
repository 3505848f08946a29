import type { ModelSpec, WeightSlot } from '../spec';
import type { ModuleNames } from './slots';

/** What Loci must know of an architecture to open its checkpoints. */
export interface Family {
  /** config.json -> spec. Throws one sentence naming the field that is missing or not supported. */
  parseConfig(json: unknown): ModelSpec;
  /** Every weight that a forward pass reads, in the order of the pass. */
  weightSlots(spec: ModelSpec): WeightSlot[];
  /** Tensors that checkpoints ship and no pass reads. */
  readonly ignored: RegExp;
  /** Tensors that must be equal to a slot's, if they are there at all: tensor name -> slot name. */
  copies(spec: ModelSpec): Readonly<Record<string, string>>;
  /** Hugging Face's names of the modules, for weights and for the names of sites. */
  readonly modules: ModuleNames;
}
