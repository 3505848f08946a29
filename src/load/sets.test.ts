import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SHIPPED_SETS, setPath } from './sets';

it('the sets that are offered are those that are shipped', () => {
  const files = readdirSync('public/sets').filter((file) => file.endsWith('.json'));
  expect(SHIPPED_SETS.map(setPath).sort()).toEqual(files.map((file) => `sets/${file}`).sort());
});
