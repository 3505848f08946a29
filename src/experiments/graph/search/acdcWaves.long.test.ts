/** ACDC in waves against the plain loop: more thresholds, another set. */
import { describe, it } from 'vitest';
import { expectPlantedVerdicts, expectTinyVerdicts } from '../../testing/acdcWaves';

describe('verdicts in waves are those of the plain loop', () => {
  it.each([['corrupted', 'logit-diff', 1]] as const)('planted, %s, %s', expectPlantedVerdicts);

  it.each([1e-3, 1e-1, 2])('tiny-a, tau %s', expectTinyVerdicts);
});
