import { readFile } from 'node:fs/promises';
import { describe } from 'vitest';
import { testNotFinite } from './testing/notFiniteCases';

describe('what is not finite, in the float64 reference', () => {
  testNotFinite(async (path) => new Uint8Array(await readFile(path)).buffer, { gpu: null }, 1e308);
});
