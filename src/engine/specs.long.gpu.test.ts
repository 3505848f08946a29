/** Example specs over whole sets and all edges. */
import { afterAll, expect, it } from 'vitest';
import { closeEngines, longSpecs, runExample } from './testing/exampleSpecs';

afterAll(closeEngines);

it('has the six that take half of the time', () => expect(longSpecs).toHaveLength(6));

it.each(longSpecs)('%s', runExample);
