/** What the families with mixtures of experts have in common: fields of config.json. */
import { refusal, upTo } from './config';

/** A number of experts; far more than any model has. */
export const expertCount = upTo(4096);

/** Experts of one position: no more than there are. */
export function activeOf(active: number, count: number): number {
  if (active > count)
    throw refusal('num_experts_per_tok', 'is more than there are', active, `at most ${count} experts`);
  return active;
}
