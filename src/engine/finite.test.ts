import { readFile } from 'node:fs/promises';
import { describe } from 'vitest';
import { testNotFinite } from './testing/notFiniteCases';
import { inThisThread } from '../load/tokenizer/inThisThread';

describe('what is not finite, in the float64 reference', () => {
  testNotFinite(
    async (path) => new Uint8Array(await readFile(path)).buffer,
    { gpu: null, startThread: inThisThread },
    1e308,
  );
});
