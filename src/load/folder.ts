/** Where a model's files come from. A folder returns a file, or null if it does not exist. */
import { blobSource, type ByteSource } from './bytes';
import type { FileCache } from './cache';
import { DEFAULT_HUB, hubServer, ownServer, UnreachableError } from './fetching';
import { openRemote, readRemote } from './remote';
import { isCommit } from './source';
import { MOST } from '../util/bounds';
import { named, quoted } from '../util/parse';

export interface ModelFolder {
  /** Its location, for messages. */
  readonly where: string;
  /** Name of the GGUF file, if that is the whole model. */
  readonly gguf?: string;
  /** The revision of the files, known once one was read; absent if the folder has none. */
  revision?(): string;
  /** A small file, read whole. Throws an Error naming the file if it exists but cannot be read. */
  readFile(name: string, signal?: AbortSignal): Promise<Blob | null>;
  /** A large file, read in parts. */
  openFile(name: string, signal?: AbortSignal): Promise<ByteSource | null>;
}

/** Throws an Error if a file is too large to be read whole. */
export function refuseLarge(name: string, size: number): void {
  if (size > MOST.smallFile)
    throw new Error(
      `${named(name)}: is too large, got ${size} bytes, expected at most ${MOST.smallFile}. It may be another file under this name.`,
    );
}

const DEFAULT_REVISION = 'main';

/**
 * A folder on the page's own server, e.g. 'https://example.org/models/atlas/'. Nothing is cached.
 */
export function fetchFolder(baseUrl: string): ModelFolder {
  const server = ownServer(baseUrl);
  const where = `${server.base}/`;
  const label = (file: string) => ({ model: where, file, revision: '' });
  return {
    where,
    async readFile(name, signal) {
      const found = await readRemote(where + pathOf(name), label(name), null, { server, signal });
      return found && new Blob([found.bytes]);
    },
    openFile: async (name, signal) => openRemote(where + pathOf(name), label(name), null, { server, signal }),
  };
}

export interface HubOptions {
  readonly revision?: string | undefined;
  readonly base?: string | undefined;
  readonly token?: string | undefined;
  /** A GGUF file, if that is the whole model. */
  readonly file?: string | undefined;
  /** Where to keep copies; null for nowhere. */
  readonly cache?: FileCache | null | undefined;
}

/** A small file that every repository has. */
const ANY_FILE = '.gitattributes';

/**
 * A model on the Hugging Face hub, or on a mirror with its layout:
 * {base}/{id}/resolve/{revision}/{file}. The first answer that names a commit pins the revision;
 * all other files are then read from that commit.
 */
export function hubFolder(id: string, options: HubOptions = {}): ModelFolder {
  const { revision = DEFAULT_REVISION, base = DEFAULT_HUB, token, file, cache = null } = options;
  const server = hubServer(base, token);
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(id) || /(^|\/)\.+(\/|$)/.test(id)) {
    throw new Error(
      `model id: not a hub id, got ${quoted(id)}, expected a name like 'openai-community/gpt2'.`,
    );
  }
  if (!isRevision(revision)) {
    throw new Error(
      `revision: not a git revision, got ${quoted(revision)}, expected a branch, a tag or a commit like 'main'.`,
    );
  }
  const root = `${server.base}/${id}/resolve`;
  let pinned = revision;
  let isCopied = false;
  const url = (name: string) => `${root}/${encodeURIComponent(pinned)}/${pathOf(name)}`;
  const label = (name: string) => ({ model: id, file: name, revision: pinned });
  const folder: ModelFolder = {
    where: `${root}/${encodeURIComponent(revision)}/`,
    ...(file === undefined ? {} : { gguf: file }),
    revision: () => pinned,
    async readFile(name, signal) {
      const found = await readRemote(url(name), label(name), cache, { server, signal }).catch((error) => {
        // If this model has copies, a file without one did not exist either.
        if (isCopied && error instanceof UnreachableError) return null;
        throw error;
      });
      if (found?.commit) pinned = found.commit;
      if (found?.isCopy) isCopied = true;
      return found && new Blob([found.bytes]);
    },
    async openFile(name, signal) {
      // A large file's redirect hides the commit, so a small file is asked first.
      if (name === file && !isCommit(pinned)) {
        await folder.readFile(ANY_FILE, signal).catch(() => signal?.throwIfAborted());
      }
      return openRemote(url(name), label(name), cache, { server, signal });
    },
  };
  return folder;
}

/** Follows git's check-ref-format, so that no revision leads to another folder. */
const isRevision = (text: string): boolean =>
  text !== '' && !/[\p{Cc}\p{Cs} ~^:?*[\\]|\.\.|@\{|\/[/.]|^[/.]|[/.]$/u.test(text);

/** The last part of a file's address. Throws an Error if the name could lead out of its folder. */
function pathOf(name: string): string {
  const parts = name.split('/');
  if (parts.some((part) => /^\.{0,2}$/.test(part)) || /[\p{Cc}\p{Cs}:\\?#%*]/u.test(name)) {
    throw new Error(`file name: not a plain one, got ${quoted(name)}, expected one like 'model.gguf'.`);
  }
  return parts.map(encodeURIComponent).join('/');
}

/** Files chosen by the user, by name; a picked folder's name may precede them. */
export function fileFolder(files: ReadonlyMap<string, Blob>): ModelFolder {
  const byName = new Map([...files].map(([path, blob]) => [path.slice(path.lastIndexOf('/') + 1), blob]));
  const gguf = [...byName.keys()].find((name) => name.endsWith('.gguf'));
  return {
    where: 'the chosen folder',
    ...(gguf === undefined ? {} : { gguf }),
    readFile: async (name) => byName.get(name) ?? null,
    openFile: async (name) => {
      const blob = byName.get(name);
      return blob ? blobSource(name, blob) : null;
    },
  };
}
