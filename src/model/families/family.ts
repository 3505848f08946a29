import type { z } from 'zod';
import { parseWith } from '../../util/parse';
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

/** A family from the schema of its config.json and the spec of a checked config. */
export function family<S extends z.ZodType>(
  config: S,
  specOf: (c: z.output<S>) => ModelSpec,
  names: Pick<Family, 'ignored' | 'modules'>,
): Family {
  return { ...names, parseConfig: (json) => specOf(parseWith(config, json, 'config.json')) };
}
