/**
 * Files of a web server, read in parts. A connection that breaks is taken up again where it broke; a server without
 * Range sends everything from the start, and what is known already is skipped.
 */

export interface HttpOptions {
  /** Sent to the server as a bearer token; never stored, never in messages. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a server says of a file. */
export interface RemoteInfo {
  readonly size: number;
  /** Its ETag, else its date: what tells one version of the file from another. */
  readonly etag: string | null;
  /** The hub's commit, 40 hex digits, where the server tells it. */
  readonly commit: string | null;
}

/** Most bytes of a file that is read as a whole: tokenizers are the largest, some 30 MB. */
const MOST_WHOLE = 2 ** 28;

/** Attempts in a row that bring no byte before a download is given up, and the pause after the first, in ms. */
const ATTEMPTS = 5;
const FIRST_PAUSE = 250;

/** Thrown where no answer came at all: perhaps there is a copy on this device. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** Asks for a file without fetching it. Null if there is none. */
export async function probe(url: string, name: string, options: HttpOptions): Promise<RemoteInfo | null> {
  const response = await request(url, name, options, 'bytes=0-0');
  if (response === null) return null;
  await response.body?.cancel();
  if (response.status !== 206 || sizeInRange(response) !== null) return infoOf(response, url, name);
  // A server of another origin may send Content-Range and not let pages read it; Content-Length they always can.
  const whole = await request(url, name, options);
  await whole?.body?.cancel();
  return whole && infoOf(whole, url, name);
}

/**
 * SHA-256 of a large file of the hub, from the pointer that its repository holds in its place ({id}/raw/{revision}/).
 * The hub's own answer says it only in a redirect, which pages never see, and an ETag of its form may be another hash.
 * Null where there is no pointer.
 */
export async function pointerHash(url: string, name: string, options: HttpOptions): Promise<string | null> {
  if (!url.includes('/resolve/')) return null;
  try {
    const response = await request(url.replace('/resolve/', '/raw/'), name, options, 'bytes=0-255');
    if (response === null) return null;
    let text = '';
    for await (const piece of piecesOf(response)) {
      text += new TextDecoder().decode(piece);
      if (text.length >= 256) break;
    }
    return /^version https:\/\/git-lfs[^\n]*\noid sha256:([0-9a-f]{64})\n/.exec(text)?.[1] ?? null;
  } catch {
    options.signal?.throwIfAborted();
    return null;
  }
}

/** A small file as a whole; null if there is none. */
export async function fetchWhole(
  url: string,
  name: string,
  options: HttpOptions,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly info: RemoteInfo } | null> {
  const response = await request(url, name, options);
  if (response === null) return null;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const piece of piecesOf(response)) {
      pieces.push(piece);
      size += piece.length;
      if (size > MOST_WHOLE) break;
    }
  } catch (error) {
    throw options.signal?.aborted ? options.signal.reason : unreachable(name, url, error);
  }
  if (size > MOST_WHOLE)
    throw new Error(
      `${name}: is too large, got more than ${MOST_WHOLE} bytes from ${url}, expected a small file. Check the address.`,
    );
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return { bytes, info: { ...headersOf(response), size } };
}

/** Bytes [begin, end) of a file. */
export async function fetchPart(
  url: string,
  name: string,
  begin: number,
  end: number,
  options: HttpOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(end - begin);
  let at = 0;
  for await (const piece of fetchFrom(url, name, begin, { size: end, etag: null }, options)) {
    const wanted = piece.subarray(0, out.length - at);
    out.set(wanted, at);
    at += wanted.length;
    if (at === out.length) break;
  }
  return out;
}

/** Bytes [begin, size) of a file, piece by piece, over as many connections as it takes. */
export async function* fetchFrom(
  url: string,
  name: string,
  begin: number,
  expected: { readonly size: number; readonly etag: string | null },
  options: HttpOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let at = begin;
  let idle = 0;
  while (at < expected.size) {
    options.signal?.throwIfAborted();
    if (idle > 0) await pause(FIRST_PAUSE * 2 ** (idle - 1), options.signal);
    try {
      const response = await request(url, name, options, `bytes=${at}-${expected.size - 1}`);
      if (response === null)
        throw new Error(`${name}: is gone from ${url}, got HTTP 404, expected the rest.`);
      refuseChanged(response, expected.etag, url, name);
      let skip = response.status === 206 ? 0 : at;
      for await (const piece of piecesOf(response)) {
        const fresh = piece.subarray(Math.min(skip, piece.length));
        skip -= piece.length - fresh.length;
        if (fresh.length === 0) continue;
        idle = 0;
        at += fresh.length;
        yield fresh;
      }
      if (at < expected.size) throw new UnreachableError(`${name}: the connection ended at byte ${at}.`);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (!(error instanceof UnreachableError)) throw error;
      idle++;
      if (idle < ATTEMPTS) continue;
      throw new Error(
        `${name}: the download broke off, got ${at} bytes from ${url}, expected ${expected.size}. Try again: it goes on from there.`,
      );
    }
  }
}

async function* piecesOf(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new UnreachableError(String(error));
      });
      if (done) return;
      yield value;
    }
  } finally {
    // Also when the consumer stops early: the server need not send the rest.
    await reader.cancel().catch(() => undefined);
  }
}

/** One request; null where there is no such file. Throws UnreachableError without an answer, else one sentence. */
async function request(
  url: string,
  name: string,
  { token, signal }: HttpOptions,
  range?: string,
): Promise<Response | null> {
  const headers: Record<string, string> = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (range) headers.range = range;
  const response = await fetch(url, { headers, signal: signal ?? null }).catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : unreachable(name, url, error);
  });
  if (response.status === 404 || isPage(response)) {
    await response.body?.cancel();
    return null;
  }
  if (response.status === 401 || response.status === 403) {
    throw new Error(
      `${name}: the server refuses, got HTTP ${response.status} from ${url}, expected 200. ` +
        'The model is private or gated, or there is none of that name: check the id, give an access token, or open a local folder.',
    );
  }
  if (response.status >= 500 || response.status === 429) {
    throw new UnreachableError(
      `${name}: the server failed, got HTTP ${response.status} from ${url}, expected 200. Try again later.`,
    );
  }
  if (!response.ok) {
    throw new Error(
      `${name}: the server failed, got HTTP ${response.status} from ${url}, expected 200. Try again later.`,
    );
  }
  return response;
}

function headersOf({ headers }: Response): Omit<RemoteInfo, 'size'> {
  const etag = headers.get('x-linked-etag') ?? headers.get('etag');
  const commit = headers.get('x-repo-commit');
  return {
    etag: etag ?? headers.get('last-modified'),
    commit: commit && isCommit(commit) ? commit : null,
  };
}

/** Whether a revision is a commit, which never changes. */
export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/** Size of the whole file in the answer to a request for a part; null if it is not told. */
function sizeInRange(response: Response): number | null {
  const size = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  return size === undefined ? null : Number(size);
}

function infoOf(response: Response, url: string, name: string): RemoteInfo {
  // Of a compressed answer or a part, the length is not the file's.
  const isWhole = response.status !== 206 && !response.headers.has('content-encoding');
  const length = isWhole ? response.headers.get('content-length') : null;
  const size = sizeInRange(response) ?? Number(length ?? Number.NaN);
  if (!Number.isSafeInteger(size)) {
    throw new Error(
      `${name}: its size is not known, got neither Content-Range nor Content-Length from ${url}, expected one. ` +
        'Download the file and open it from disk.',
    );
  }
  return { ...headersOf(response), size };
}

function refuseChanged(response: Response, etag: string | null, url: string, name: string): void {
  const now = headersOf(response).etag;
  if (etag === null || now === null || now === etag) return;
  throw new Error(
    `${name}: the file at ${url} changed while it was fetched, got ETag ${now}, expected ${etag}. Open it again.`,
  );
}

/** Servers of single-page apps answer an unknown address with their own page; a model has no HTML files. */
function isPage(response: Response): boolean {
  return response.ok && (response.headers.get('content-type') ?? '').startsWith('text/html');
}

function unreachable(name: string, url: string, error: unknown): UnreachableError {
  const detail = error instanceof Error ? error.message : String(error);
  return new UnreachableError(
    `${name}: cannot be fetched from ${url} (${detail}). Either there is no connection, or no such server, or it ` +
      'does not allow pages like this one to read it (CORS): open a local folder instead.',
  );
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
