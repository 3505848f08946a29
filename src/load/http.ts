/**
 * Files of a web server, read in parts. A broken connection resumes where it broke. A server
 * without Range sends everything from the start, and bytes already read are skipped.
 */
import { MOST } from '../util/bounds';
import { joined } from './bytes';
import { type Answer, ask, type Server, UnreachableError } from './fetching';
import { beginOf, etagOf, lengthOf, rangeOf, sizeInRange, type Span } from './range';
import { isCommit } from './source';

/** A file of a server. */
export interface HttpFile {
  readonly url: string;
  /** For messages. */
  readonly name: string;
  readonly server: Server;
  readonly signal?: AbortSignal | undefined;
}

/** What a server reports about a file. */
export interface RemoteInfo {
  readonly size: number;
  /** Its ETag, or else its date, which identifies the version of the file. */
  readonly etag: string | null;
  /** The hub's commit, 40 hex digits, if the server reports it. */
  readonly commit: string | null;
}

/** Consecutive attempts without a byte before failing, and the pause after the first, in ms. */
const ATTEMPTS = 5;
const FIRST_PAUSE = 250;

/** Asks about a file without fetching it. Null if it does not exist. */
export async function probe(file: HttpFile): Promise<RemoteInfo | null> {
  const answer = await request(file, { begin: 0, end: 1, size: null, etag: null });
  answer?.end();
  if (answer === null) return null;
  if (answer.status !== 206 || sizeInRange(answer) !== null) return infoOf(answer, file);
  // Another origin's Content-Range may be hidden from pages; Content-Length never is.
  const whole = await request(file);
  whole?.end();
  return whole && infoOf(whole, file);
}

/**
 * SHA-256 of a large hub file, from the pointer that the repository stores instead
 * ({id}/raw/{revision}/). The hub sends it only in a redirect, which pages never see, and a
 * similar-looking ETag may be another hash. Null if there is no pointer.
 */
export async function pointerHash(file: HttpFile): Promise<string | null> {
  if (!file.url.includes('/resolve/')) return null;
  try {
    const span = { begin: 0, end: 256, size: null, etag: null };
    const answer = await request({ ...file, url: file.url.replace('/resolve/', '/raw/') }, span);
    if (answer === null) return null;
    let text = '';
    for await (const piece of answer.pieces()) {
      text += new TextDecoder().decode(piece);
      if (text.length >= 256) break;
    }
    return /^version https:\/\/git-lfs[^\n]*\noid sha256:([0-9a-f]{64})\n/.exec(text)?.[1] ?? null;
  } catch {
    file.signal?.throwIfAborted();
    return null;
  }
}

/** A small file, read whole; null if it does not exist. */
export async function fetchWhole(
  file: HttpFile,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly info: RemoteInfo } | null> {
  const answer = await request(file);
  if (answer === null) return null;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const piece of answer.pieces()) {
    pieces.push(piece);
    size += piece.length;
    if (size > MOST.smallFile)
      throw new Error(
        `${file.name}: is too large, got more than ${MOST.smallFile} bytes from ${file.url}, expected a small file. Check the address.`,
      );
  }
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return { bytes, info: { ...headersOf(answer), size } };
}

/** A part of a file as one array. */
export function fetchPart(file: HttpFile, span: Span): Promise<Uint8Array<ArrayBuffer>> {
  return joined(fetchPieces(file, span), span.end - span.begin);
}

/**
 * A part, piece by piece, over as many connections as needed; yields exactly the requested bytes.
 */
export async function* fetchPieces(file: HttpFile, span: Span): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { url, name, signal } = file;
  const { begin, end, size } = span;
  let at = begin;
  let idle = 0;
  while (at < end) {
    signal?.throwIfAborted();
    if (idle > 0) await pause(FIRST_PAUSE * 2 ** (idle - 1), signal);
    try {
      const answer = await request(file, { ...span, begin: at });
      if (answer === null)
        throw new Error(`${name}: no longer exists at ${url}, got HTTP 404, expected the rest.`);
      let skip = at - answer.begin;
      for await (const piece of answer.pieces()) {
        const fresh = piece.subarray(Math.min(skip, piece.length)).subarray(0, end - at);
        skip -= Math.min(skip, piece.length);
        if (fresh.length === 0) continue;
        idle = 0;
        at += fresh.length;
        yield fresh;
        // Ignores anything the server sends beyond.
        if (at === end) return;
      }
      throw new UnreachableError(`${name}: the connection ended at byte ${at}.`, 'the connection ended');
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!(error instanceof UnreachableError)) throw error;
      idle++;
      if (idle < ATTEMPTS) continue;
      throw new Error(
        `${name}: the download broke off (${error.why}), got ${at} bytes from ${url}, expected ${size ?? end}. Try again: it resumes from there.`,
      );
    }
  }
}

interface Part extends Answer {
  /** Offset of the body in the file. */
  readonly begin: number;
}

/**
 * Sends one request; null if the file does not exist. Throws UnreachableError without an answer,
 * otherwise an Error.
 */
async function request({ url, name, server, signal }: HttpFile, span?: Span): Promise<Part | null> {
  const answer = await ask(server, { url, name, signal, range: span && rangeOf(span) });
  const { status } = answer;
  if ((status === 200 || (status === 206 && span)) && !isPage(answer)) {
    try {
      return { ...answer, begin: span ? beginOf(answer, span, { url, name }) : 0 };
    } catch (error) {
      answer.end();
      throw error;
    }
  }
  answer.end();
  if (status === 404 || isPage(answer)) return null;
  if (status === 401 || status === 403) {
    throw new Error(
      `${name}: the server refuses, got HTTP ${status} from ${url}, expected 200. ` +
        'The model is private or gated, or does not exist: check the id, give an access token, or open a local folder.',
    );
  }
  const sentence = `${name}: the server failed, got HTTP ${status} from ${url}, expected 200. Try again later.`;
  if (status >= 500 || status === 429) throw new UnreachableError(sentence, `HTTP ${status}`);
  throw new Error(sentence);
}

const headersOf = (answer: Answer): Omit<RemoteInfo, 'size'> => {
  const commit = answer.headers.get('x-repo-commit');
  return { etag: etagOf(answer), commit: commit && isCommit(commit) ? commit : null };
};

function infoOf(answer: Answer, { url, name }: HttpFile): RemoteInfo {
  // A part's length is not the file's.
  const size = sizeInRange(answer) ?? (answer.status === 206 ? null : lengthOf(answer));
  if (!Number.isSafeInteger(size)) {
    throw new Error(
      `${name}: its size is not known, got neither Content-Range nor Content-Length from ${url}, expected one. ` +
        'Download the file and open it from disk.',
    );
  }
  return { ...headersOf(answer), size: size! };
}

/** Single-page apps answer an unknown address with their own page; a model has no HTML files. */
function isPage({ status, headers }: Answer): boolean {
  return status < 300 && (headers.get('content-type') ?? '').startsWith('text/html');
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
