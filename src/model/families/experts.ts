/** What the families with mixtures of experts have in common: fields of config.json, and names of modules. */
import { refusal, upTo } from './config';
import type { ExpertModules } from './slots';

/** A number of experts; far more than any model has. */
export const expertCount = upTo(4096);

/** Experts of one position: no more than there are. */
export function activeOf(active: number, count: number): number {
  if (active > count)
    throw refusal('num_experts_per_tok', 'is more than there are', active, `at most ${count} experts`);
  return active;
}

/** Qwen's names; Mixtral's are others. */
export const expertModules: ExpertModules = {
  router: 'mlp.gate',
  each: 'mlp.experts',
  gate: 'gate_proj',
  in: 'up_proj',
  out: 'down_proj',
};
