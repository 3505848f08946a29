/** Places that a model's files come from. A folder answers with a file's bytes, or null if there is no such file. */

export interface ReadOptions {
  /** Called as bytes arrive; `total` is null where the server does not say. */
  readonly onProgress?: ((loaded: number, total: number | null) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ModelFolder {
  /** Where it is, for messages. */
  readonly where: string;
  /** Throws one sentence naming the file if it is there but cannot be read; the signal's reason if aborted. */
  readFile(name: string, options?: ReadOptions): Promise<Blob | null>;
}

export const DEFAULT_HUB = 'https://huggingface.co';
export const DEFAULT_REVISION = 'main';

/** A folder on a web server, e.g. '/models/atlas/'. */
export function fetchFolder(baseUrl: string): ModelFolder {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  return { where: base, readFile: (name, options = {}) => fetchFile(`${base}${name}`, name, options) };
}

/** A model on the Hugging Face hub, or on a mirror with the hub's layout: {base}/{id}/resolve/{revision}/{file}. */
export function hubFolder(id: string, revision = DEFAULT_REVISION, base = DEFAULT_HUB): ModelFolder {
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(id) || /(^|\/)\.+(\/|$)/.test(id)) {
    throw new Error(`model id: not a hub id, got '${id}', expected a name like 'openai-community/gpt2'.`);
  }
  return fetchFolder(`${base.replace(/\/+$/, '')}/${id}/resolve/${encodeURIComponent(revision)}/`);
}

/** Files that the user has chosen, by name; in a picked folder the names may have the folder before them. */
export function fileFolder(files: ReadonlyMap<string, Blob>): ModelFolder {
  const byName = new Map([...files].map(([path, blob]) => [path.slice(path.lastIndexOf('/') + 1), blob]));
  return { where: 'the chosen folder', readFile: async (name) => byName.get(name) ?? null };
}

async function fetchFile(
  url: string,
  name: string,
  { onProgress, signal }: ReadOptions,
): Promise<Blob | null> {
  const response = await fetch(url, { signal: signal ?? null }).catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : unreachable(name, url, error);
  });
  if (response.status === 404 || isPage(response)) return null;
  if (response.status === 401 || response.status === 403) {
    throw new Error(
      `${name}: the server refuses, got HTTP ${response.status} from ${url}, expected 200. ` +
        'The model is private or gated, or there is none of that name: check the id, or open a local folder.',
    );
  }
  if (!response.ok || !response.body) {
    throw new Error(
      `${name}: the server failed, got HTTP ${response.status} from ${url}, expected 200. Try again later.`,
    );
  }
  // A compressed response tells its compressed length, which is not what arrives here.
  const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  const total = length === null ? null : Number(length);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : unreachable(name, url, error);
    });
    if (done) break;
    parts.push(value);
    loaded += value.length;
    onProgress?.(loaded, total);
  }
  if (total !== null && loaded !== total) {
    throw new Error(
      `${name}: the download broke off, got ${loaded} bytes from ${url}, expected ${total}. Try again.`,
    );
  }
  return new Blob(parts);
}

/** Servers of single-page apps answer an unknown address with their own page; a model has no HTML files. */
function isPage(response: Response): boolean {
  return response.ok && (response.headers.get('content-type') ?? '').startsWith('text/html');
}

function unreachable(name: string, url: string, error: unknown): Error {
  const detail = error instanceof Error ? error.message : String(error);
  return new Error(
    `${name}: cannot be fetched from ${url} (${detail}). Either there is no connection, or no such server, or it ` +
      'does not allow pages like this one to read it (CORS): open a local folder instead.',
  );
}
