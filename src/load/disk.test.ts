/** A folder on disk with untrusted contents. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskFolder } from './disk';
import { isPlainName } from './fileName';
import { Reader } from './reader';

const folder = mkdtempSync(join(tmpdir(), 'loci-folder-'));
writeFileSync(join(folder, 'config.json'), '{"a":1}');
const disk = diskFolder(folder);

describe('a folder on disk', () => {
  it('reads files, through links too', async () => {
    symlinkSync(join(folder, 'config.json'), join(folder, 'link.json'));
    expect(await new Reader(disk, {}).json('link.json')).toEqual({ a: 1 });
    expect((await disk.openFile('link.json'))!.size).toBe(7);
    expect(await disk.readFile('absent.json')).toBeNull();
  });

  it('reads nothing that is no ordinary file: it would never end', async () => {
    symlinkSync('/dev/zero', join(folder, 'zero.json'));
    execFileSync('mkfifo', [join(folder, 'pipe.json')]);
    mkdirSync(join(folder, 'folder.json'));
    for (const name of ['zero.json', 'pipe.json', 'folder.json']) {
      const sentence = `${name}: cannot be read from ${folder} (it is not a regular file).`;
      await expect(disk.readFile(name)).rejects.toThrow(sentence);
      await expect(disk.openFile(name)).rejects.toThrow(sentence);
    }
  });

  it('refuses a file that is too large to be read whole, before it reads it', async () => {
    writeFileSync(join(folder, 'huge.json'), '');
    truncateSync(join(folder, 'huge.json'), 2 ** 40);
    await expect(new Reader(disk, {}).json('huge.json')).rejects.toThrow(
      'huge.json: is too large, got 1099511627776 bytes, expected at most 134217728.',
    );
  });
});

describe('names of files beside a file', () => {
  it.each(['facts.json', 'model-00001-of-00002.safetensors', 'Fakten äöü 1.json', '_x', '0'])(
    'takes %j',
    (name) => expect(isPlainName(name)).toBe(true),
  );

  it.each([
    '',
    '.',
    '..',
    '../facts.json',
    '../../../../etc/passwd',
    '/dev/zero',
    'a/b.json',
    'a\\b.json',
    '..\\facts.json',
    'C:facts.json',
    'facts.json:stream',
    '\\\\.\\pipe\\x',
    'NUL',
    'con.json',
    'COM1.txt',
    'facts.json\0.txt',
    'facts\n.json',
    '.hidden',
    'facts.json.',
    'facts.json ',
    '%2e%2e',
    'file:x',
    '~root',
    'x'.repeat(300),
  ])('refuses %j', (name) => expect(isPlainName(name)).toBe(false));
});
