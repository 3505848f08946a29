import { readFile } from 'node:fs/promises';
import { describe, it } from 'vitest';
import { expectDifferences, REPRESENTATIVES } from '../../testing/differences';
import { GOLDEN_MODELS, type ReadFile } from '../../testing';

const read: ReadFile = async (path) => new Uint8Array(await readFile(path)).buffer;

describe.each(GOLDEN_MODELS.filter((name) => name.startsWith('tiny-') && !REPRESENTATIVES.includes(name)))(
  'gradients of %s',
  (name) => {
    it('are what central differences say', () =>
      expectDifferences(name, read, (line) => process.stdout.write(`${line}\n`)));
  },
);
