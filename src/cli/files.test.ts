import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Context } from './context';
import { outOf } from './files';
import { terminalOf } from './terminal';
import { inThisThread } from '../load/tokenizer/inThisThread';

let cwd = '';
const said: string[] = [];
const handed: unknown[] = [];

const context = (isOutTerminal = false): Context => ({
  ...terminalOf({
    out: (data) => handed.push(data),
    err: (text) => said.push(text),
    isOutTerminal,
    isErrTerminal: false,
    typed: null,
  }),
  cwd,
  root: cwd,
  env: {},
  startThread: inThisThread,
  openEngine: () => Promise.reject(new Error('not here')),
});
const write = async (path: string | undefined, content: string | Uint8Array) =>
  (await outOf(context(), path)).write(content);

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'loci-out-'));
  said.length = 0;
  handed.length = 0;
});

describe('--out', () => {
  it('writes a file whole, in place of an old one, whose permissions stay', async () => {
    await write('a.json', 'one');
    expect(readFileSync(join(cwd, 'a.json'), 'utf8')).toBe('one');
    chmodSync(join(cwd, 'a.json'), 0o640);
    await write('a.json', 'two');
    expect(readFileSync(join(cwd, 'a.json'), 'utf8')).toBe('two');
    expect(statSync(join(cwd, 'a.json')).mode & 0o777).toBe(0o640);
    expect(readdirSync(cwd)).toEqual(['a.json']);
  });

  it('follows links to the file that is meant, there or not', async () => {
    mkdirSync(join(cwd, 'deep'));
    writeFileSync(join(cwd, 'deep', 'old.json'), 'old');
    symlinkSync('deep', join(cwd, 'folder'));
    symlinkSync('folder/old.json', join(cwd, 'link.json'));
    symlinkSync('link.json', join(cwd, 'second.json'));
    symlinkSync('../new.json', join(cwd, 'deep', 'up.json'));
    await write('second.json', 'new');
    expect(readFileSync(join(cwd, 'deep', 'old.json'), 'utf8')).toBe('new');
    expect(lstatSync(join(cwd, 'link.json')).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(cwd, 'second.json')).isSymbolicLink()).toBe(true);
    await write('folder/up.json', 'made');
    expect(readFileSync(join(cwd, 'new.json'), 'utf8')).toBe('made');
  });

  it.each([
    ['/dev/null', 'it is a device or a pipe'],
    ['/dev/zero', 'it is a device or a pipe'],
    ['/dev/stdout', 'it is not a file; - is stdout'],
    ['/dev/fd/1', 'it is not a file; - is stdout'],
    ['/proc/self/fd/1', 'it is not a file; - is stdout'],
    ['pipe', 'it is a device or a pipe'],
    ['to-null', 'it is a device or a pipe'],
    ['to-stdout', 'it is not a file; - is stdout'],
    ['.', 'it is a folder'],
    ['to-folder', 'it is a folder'],
    ['absent/x.json', 'there is no such file or folder'],
    ['to-absent', 'there is no such file or folder'],
    ['file/x.json', 'there is no such file or folder'],
    ['circle', 'its links form a loop'],
  ])('refuses %s before any work', async (path, why) => {
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    writeFileSync(join(cwd, 'file'), '');
    symlinkSync('/dev/null', join(cwd, 'to-null'));
    symlinkSync('/dev/stdout', join(cwd, 'to-stdout'));
    symlinkSync('.', join(cwd, 'to-folder'));
    symlinkSync('absent/y.json', join(cwd, 'to-absent'));
    symlinkSync('circle', join(cwd, 'circle'));
    const before = readdirSync(cwd);
    await expect(outOf(context(), path)).rejects.toThrow(
      `${path}: cannot be written (${why}). Choose another --out.`,
    );
    expect(readdirSync(cwd)).toEqual(before);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('leaves nothing behind where it fails, and no handler of signals', async () => {
    const signals = () => ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map((name) => process.listenerCount(name));
    const before = signals();
    const out = await outOf(context(), 'a.json');
    mkdirSync(join(cwd, 'a.json'));
    await expect(out.write('x')).rejects.toThrow('a.json: cannot be written (it is a folder)');
    expect(readdirSync(cwd)).toEqual(['a.json']);
    expect(signals()).toEqual(before);
    rmSync(cwd, { recursive: true });
    await expect(out.write('x')).rejects.toThrow(
      'a.json: cannot be written (there is no such file or folder)',
    );
    expect(signals()).toEqual(before);
  });

  it("takes '-' for stdout, and then reports to stderr", async () => {
    const out = await outOf(context(), '-');
    await out.write('result\n');
    await out.write(new Uint8Array([1]));
    out.report('one', 'two');
    expect(handed).toEqual(['result\n', new Uint8Array([1])]);
    expect(said).toEqual(['one\n', 'two\n']);
    const onTerminal = await outOf(context(true), '-');
    await expect(onTerminal.write(new Uint8Array([1]))).rejects.toThrow(
      '-: cannot be written (it is a terminal',
    );
  });

  it('may be left out', async () => {
    await write(undefined, 'x');
    expect(readdirSync(cwd)).toEqual([]);
    expect(handed).toEqual([]);
  });
});
