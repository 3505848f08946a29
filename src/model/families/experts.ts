/** Config fields and module names shared by families with mixtures of experts. */
import type { ExpertsSpec } from '../spec';
import { refusal, upTo } from './config';
import type { ExpertModules } from './slots';

/** A number of experts, bounded far above any model's. */
export const expertCount = upTo(4096);

/** Experts in all blocks together: a few times the largest published model's. */
export const MOST_EXPERTS = 2 ** 16;

/** Usual choices. */
const usualExperts = { bias: false, clamp: null, stored: 'each' } as const;

/** The validated `experts` of a spec: active experts at most `count`, and a bounded total. */
export function mixture(
  own: Omit<ExpertsSpec, keyof typeof usualExperts> & Partial<ExpertsSpec>,
): ExpertsSpec {
  const experts = { ...usualExperts, ...own };
  const { count, active, layers } = experts;
  if (active > count)
    throw refusal('num_experts_per_tok', 'is more than there are', active, `at most ${count} experts`);
  const inAll = count * layers.length;
  if (inAll > MOST_EXPERTS)
    throw refusal(
      'num_hidden_layers',
      'makes too many experts',
      inAll,
      `at most ${MOST_EXPERTS} in all blocks`,
    );
  return experts;
}

/** Qwen's names; Mixtral's are others. */
export const expertModules: ExpertModules = {
  router: 'mlp.gate',
  each: 'mlp.experts',
  gate: 'gate_proj',
  in: 'up_proj',
  out: 'down_proj',
};
