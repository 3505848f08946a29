/** Example specs over whole sets and all edges. */
import { expect, it } from 'vitest';
import { longSpecs, runExample } from './testing/exampleSpecs';

it('has the six that take half of the time', () => expect(longSpecs).toHaveLength(6));

it.each(longSpecs)('%s', runExample);
