/** Example specs over whole sets and all edges. */
import { expect, it } from 'vitest';
import { longSpecs, runExample } from './testing/exampleSpecs';

it('has the five that take half of the time', () => expect(longSpecs).toHaveLength(5));

it.each(longSpecs)('%s', runExample);
