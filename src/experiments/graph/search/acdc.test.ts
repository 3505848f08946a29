/**
 * ACDC in waves against the plain loop (one run per edge, none skipped): the same graph, whatever
 * the forecast.
 */
import { describe, expect, it } from 'vitest';
import { RandomState } from '../../../util/random';
import { expectPlantedVerdicts, expectTinyVerdicts, search, tiny, tinySpace } from '../../testing/acdcWaves';
import type { Forecast } from './acdcForecast';

describe('verdicts in waves are those of the plain loop', () => {
  it.each([
    ['zero', 'kl', 1],
    ['mean', 'logit-diff', 2],
  ] as const)('planted, %s, %s', expectPlantedVerdicts);

  it.each([1e-2, 0.5])('tiny-a, tau %s', expectTinyVerdicts);

  it('whatever is forecast', async () => {
    const space = await tinySpace({ tau: 0.2, ablation: 'zero' });
    const { kept } = await search(tiny, space);
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.length).toBeLessThan(70);
    for (let seed = 0; seed < 3; seed++) {
      const random = new RandomState(seed);
      const forecast: Forecast = {
        of: () => ({ removed: random.nextDouble() < 0.7, risk: random.nextDouble() ** 3 }),
        hint: () => {},
        settle: () => {},
      };
      expect((await search(tiny, space, forecast)).kept).toEqual(kept);
    }
  });
});

describe('what is asked', () => {
  it('is for the latest sender first', async () => {
    const verdicts = async (order: string) => {
      const space = await tinySpace({ tau: 0.5, order });
      return (await search(tiny, space)).kept;
    };
    expect(await verdicts('latest')).not.toEqual(await verdicts('earliest'));
  });

  it('cannot have a share of each cut edge drawn anew', () => {
    expect(() => tinySpace({ jitter: 0.1 })).toThrow(
      "graph: jitter: wrong value, got 0.1, expected 0 with method 'acdc', which compares a graph with the one before it.",
    );
  });
});
