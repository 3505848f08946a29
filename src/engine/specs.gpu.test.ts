/** Runs the example specs on the built-in models; slow ones are in specs.long.gpu.test.ts. */
import { afterAll, describe, expect, it } from 'vitest';
import { experiments } from '../experiments/registry';
import { closeEngines, kindsOfSpecs, runExample, shortSpecs } from './testing/exampleSpecs';

afterAll(closeEngines);

describe('example specs', () => {
  it('has one for every experiment', async () => {
    const kinds = await kindsOfSpecs();
    for (const { kind } of experiments) expect(kinds, kind).toContain(kind);
  });

  it.each(shortSpecs)('%s', runExample);
});
