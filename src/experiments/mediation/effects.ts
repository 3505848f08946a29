/**
 * Causal mediation (Pearl 2001; Vig et al. 2020). x corrupted run, x' clean, y metric, m mediator:
 *   total             TE  = y(x') - y(x)
 *   natural indirect  NIE = y(x, m <- m(x')) - y(x)
 *   natural direct    NDE = y(x', m <- m(x)) - y(x)
 *   remainder         TE - NDE - NIE, the interaction
 *   drop              TE - NDE = NIE + remainder: the clean run's loss
 */
import type { Levels } from '../contract/map';

export const EFFECTS = ['natural indirect', 'natural direct', 'remainder', 'drop under noising'] as const;

type Effects = Readonly<Record<(typeof EFFECTS)[number], number>>;

export function effectsOf({ clean, corrupted }: Levels, restored: number, broken: number): Effects {
  const total = clean - corrupted;
  const indirect = restored - corrupted;
  const direct = broken - corrupted;
  return {
    'natural indirect': indirect,
    'natural direct': direct,
    remainder: total - direct - indirect,
    'drop under noising': total - direct,
  };
}
