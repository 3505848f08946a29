/** Reading and writing what the user names. */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { noSuchSet, setPath } from '../load/sets';
import type { Context } from './context';
import { InputError } from './errors';

/** Where copies of hub files are kept. */
export function cacheFolder(env: Context['env']): string {
  return env.LOCI_CACHE ?? join(homedir(), '.cache', 'loci');
}

/** Throws InputError if the file cannot be read. */
export async function readText(cwd: string, path: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (error) {
    throw new InputError(`${path}: cannot be read (${reason(error)}), expected a file.`);
  }
}

/** Text of a task set that comes with the project. Rejects with one sentence if there is none of that name. */
export async function readShippedSet(root: string, name: string): Promise<string> {
  const path = setPath(name);
  return readFile(join(root, 'public', path), 'utf8').catch(() => {
    throw noSuchSet(name);
  });
}

/** Throws InputError if nothing could be written to `path`: before hours of work, not after. */
export async function checkTarget(cwd: string, path: string): Promise<void> {
  const target = resolve(cwd, path);
  const problem = (await isFolder(target))
    ? 'it is a folder'
    : (await isFolder(dirname(target)))
      ? null
      : 'there is no such file or folder';
  if (problem) throw new InputError(`${path}: cannot be written (${problem}). Choose another --out.`);
}

/** All or nothing: text or bytes go to a new file beside `path`, which then takes its name. */
export async function writeAtomic(cwd: string, path: string, content: string | Uint8Array): Promise<void> {
  const target = resolve(cwd, path);
  const part = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
  try {
    if (await isFolder(target)) throw new Error('it is a folder');
    await writeFile(part, content);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw new InputError(`${path}: cannot be written (${reason(error)}). Choose another --out.`);
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
    { ENOENT: 'there is no such file or folder', EISDIR: 'it is a folder', EACCES: 'it is not allowed' }[
      code ?? ''
    ] ?? message
  );
}
