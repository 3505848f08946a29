/** Reads and writes files that the user names. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, lstat, readFile, readlink, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { constants, homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { noSuchSet, setPath } from '../load/sets';
import { named } from '../util/parse';
import type { Context } from './context';
import { InputError } from './errors';

/** The folder for copies of hub files. */
export function cacheFolder(env: Context['env']): string {
  return env.LOCI_CACHE ?? join(homedir(), '.cache', 'loci');
}

/** Throws InputError if the file cannot be read. */
export async function readText(cwd: string, path: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (error) {
    throw new InputError(`${named(path)}: cannot be read (${reason(error)}), expected a file.`);
  }
}

/** Text of a task set that ships with the project. Rejects with an Error if it does not exist. */
export async function readShippedSet(root: string, name: string): Promise<string> {
  const path = setPath(name);
  return readFile(join(root, 'public', path), 'utf8').catch(() => {
    throw noSuchSet(name);
  });
}

/** The destination of a command's result. */
export interface Out {
  /** Prints lines that accompany the result: to stdout, or to stderr if stdout has the result. */
  report(...lines: string[]): void;
  /** Rejects with InputError if writing fails; the previous contents are then intact. */
  write(content: string | Uint8Array): Promise<void>;
}

const STDOUT = '-';

/**
 * --out: a file, '-' for stdout, or nothing. Rejects with InputError if writing is impossible:
 * before hours of work, not after.
 */
export async function outOf(context: Context, path: string | undefined): Promise<Out> {
  if (path === undefined) return { report: context.print, write: async () => {} };
  if (path === STDOUT) {
    return {
      report: (...lines) => {
        for (const line of lines) context.note(line);
      },
      write: async (content) => {
        if (typeof content !== 'string' && context.isOutTerminal)
          throw refused(path, 'it is a terminal, and the result is not text');
        context.hand(content);
      },
    };
  }
  const target = await targetOf(context.cwd, path);
  return { report: context.print, write: (content) => writeAtomic(path, target, content) };
}

const refused = (path: string, why: string) =>
  new InputError(`${named(path)}: cannot be written (${why}). Choose another --out.`);

/** Paths whose files stand for open streams, whatever they lead to. */
const STREAMS = /^\/(proc|dev\/fd)\/|^\/dev\/std(in|out|err)$|^\\\\[.?]\\/;
const MOST_LINKS = 40;

/**
 * The target file after following all links. Rejects with InputError if it neither is a file nor
 * can become one.
 */
async function targetOf(cwd: string, path: string): Promise<string> {
  let target = resolve(cwd, path);
  for (let links = 0; links < MOST_LINKS; links++) {
    if (STREAMS.test(target)) throw refused(path, `it is not a file; ${STDOUT} is stdout`);
    const folder = await realpath(dirname(target)).catch(() => null);
    if (folder === null || !(await isFolder(folder))) throw refused(path, 'there is no such file or folder');
    const info = await lstat(target).catch(() => null);
    if (!info?.isSymbolicLink()) {
      if (info?.isDirectory()) throw refused(path, 'it is a folder');
      if (info && !info.isFile()) throw refused(path, 'it is a device or a pipe');
      return target;
    }
    target = resolve(folder, await readlink(target));
  }
  throw refused(path, 'its links form a loop');
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Writes all or nothing: to a new file, which then replaces `target` with its permissions. */
async function writeAtomic(path: string, target: string, content: string | Uint8Array): Promise<void> {
  const part = join(dirname(target), `.loci-${randomBytes(8).toString('hex')}.part`);
  const undo = (): void => rmSync(part, { force: true });
  const stop = (signal: (typeof SIGNALS)[number]): never => process.exit(128 + constants.signals[signal]);
  process.once('exit', undo);
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    const before = await stat(target).catch(() => null);
    await writeFile(part, content, { flag: 'wx' });
    if (before) await chmod(part, before.mode & 0o777);
    await rename(part, target);
  } catch (error) {
    undo();
    throw refused(path, reason(error));
  } finally {
    process.off('exit', undo);
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    {
      ENOENT: 'there is no such file or folder',
      EISDIR: 'it is a folder',
      EACCES: 'it is not allowed',
      ENOSPC: 'the disk is full',
    }[code ?? ''] ?? named(message)
  );
}
