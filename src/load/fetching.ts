/**
 * The only file that uses the network, in page, worker and Node; biome.json forbids `fetch` and its
 * like elsewhere. A request goes to a named server, the page's own or the chosen hub, and a token
 * only to the hub it belongs to. Browsers hide two things, which therefore cannot be refused: a
 * redirect has been followed before its target is known, and only the last of several is visible.
 * `fetch` itself drops the token at the first other origin.
 */
import { named, quoted } from '../util/parse';

export const DEFAULT_HUB = 'https://huggingface.co';

/** A connection counts as broken after this many ms without headers or a byte of the body. */
const SILENCE = 30_000;

/** A server that Loci may ask. */
export interface Server {
  /** Address of its files, without a trailing slash. */
  readonly base: string;
  /** For this origin only; never stored, never in messages. */
  readonly token: string | null;
  /** Whether its answers may come from another server, as a hub's large files do. */
  readonly mayRedirect: boolean;
}

/** The page's own server. */
export const ownServer = (base: string): Server => ({
  base: base.replace(/\/+$/, ''),
  token: null,
  mayRedirect: false,
});

/** A hub with its token. Throws an Error if the address is invalid or may not receive a token. */
export function hubServer(address: string, token: string | null = null): Server {
  const url = hubAddress(address);
  if (token !== null && !isPrivate(url)) {
    throw new Error(
      `hub: an access token is never sent over plain http, got ${url.origin}, expected an https address. Use one, or leave the token out.`,
    );
  }
  if (token !== null && !/^[!-~]+$/.test(token)) {
    throw new Error(
      'hub: not an access token, got blanks or characters beyond ASCII in it, expected one like hf_…. Copy it again.',
    );
  }
  return { base: url.href.replace(/\/+$/, ''), token, mayRedirect: true };
}

/** A hub's address. Throws an Error if it is invalid, without quoting a password in it. */
export function hubAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url && /^https?:$/.test(url.protocol)) {
    if (url.username !== '' || url.password !== '')
      throw new Error(
        `hub: an address with a name or password in it, got one for ${named(url.host)}, expected none. Give an access token instead.`,
      );
    if (!/[?#]/.test(address)) return url;
  }
  const shown = address.replace(/^.*@/s, '…@');
  throw new Error(`hub: not an address, got ${quoted(shown)}, expected one like '${DEFAULT_HUB}'.`);
}

/** Encrypted or local: a token may be sent there, and a page may ask it. */
export const isPrivate = (url: URL): boolean => url.protocol === 'https:' || isLoopback(url);

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);

/** No answer came, or it broke off; a copy on this device may still serve. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  constructor(
    message: string,
    /** The reason in a few words. */
    readonly why: string,
  ) {
    super(message);
  }
}

export interface Request {
  readonly url: string;
  /** File name for messages. */
  readonly name: string;
  /** The Range header. */
  readonly range?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** False for another origin's answer, of which a page sees only some headers. */
  readonly showsHeaders: boolean;
  /** The body. Throws UnreachableError if it breaks off or stalls. */
  pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>>;
  /** Closes the connection; the rest is not needed. */
  end(): void;
}

/** Sends one request. Throws UnreachableError without an answer, an Error if redirected wrongly. */
export async function ask(server: Server, { url, name, range, signal }: Request): Promise<Answer> {
  const { origin } = new URL(server.base);
  if (new URL(url).origin !== origin) {
    throw new Error(`${name}: not of the chosen server, got ${new URL(url).origin}, expected ${origin}.`);
  }
  const connection = new AbortController();
  const headers: Record<string, string> = {};
  if (server.token !== null) headers.authorization = `Bearer ${server.token}`;
  if (range !== undefined) headers.range = range;
  const sent = fetch(url, {
    headers,
    referrerPolicy: 'no-referrer',
    signal: signal ? AbortSignal.any([signal, connection.signal]) : connection.signal,
  });
  const failed = (error: unknown): never => {
    // The server may still answer, but the answer is ignored.
    connection.abort();
    throw signal?.aborted ? signal.reason : unreachable(name, url, error);
  };
  const response = await within(SILENCE, 'answer', sent).catch(failed);
  const problem = redirectProblem(server, new URL(response.url));
  if (problem !== null) {
    connection.abort();
    throw new Error(`${name}: ${problem} Check the address.`);
  }
  return {
    status: response.status,
    headers: response.headers,
    showsHeaders: response.type !== 'cors',
    end: () => connection.abort(),
    async *pieces() {
      const reader = response.body?.getReader();
      try {
        for (;;) {
          const { done, value } = reader
            ? await within(SILENCE, 'byte', reader.read()).catch(failed)
            : { done: true, value: undefined };
          if (done) return;
          yield value as Uint8Array<ArrayBuffer>;
        }
      } finally {
        connection.abort();
      }
    },
  };
}

/** Why an answer from `end` is forbidden; null if it is allowed. */
function redirectProblem({ base, mayRedirect }: Server, end: URL): string | null {
  const begin = new URL(base);
  if (end.origin === begin.origin) return null;
  const expected = !mayRedirect
    ? 'its own answer'
    : end.protocol !== 'https:' && begin.protocol === 'https:'
      ? 'https all the way'
      : isLoopback(end) && !isLoopback(begin)
        ? 'no address of this computer'
        : null;
  return expected && `redirected by ${begin.host}, got ${end.origin}, expected ${expected}.`;
}

/** Rejects with LateError unless `work` settles within `ms`. */
async function within<T>(ms: number, awaited: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LateError(`no ${awaited} for ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

class LateError extends Error {}

function unreachable(name: string, url: string, error: unknown): UnreachableError {
  const why = error instanceof Error ? error.message : String(error);
  const advice =
    error instanceof LateError
      ? 'Try again later, or open a local folder instead.'
      : `Either there is no connection, or no such server, or it does not allow pages like this one to read it (CORS)${isPrivate(new URL(url)) ? '' : ', or it is plain http, which a page may ask of this computer only'}: open a local folder instead.`;
  return new UnreachableError(`${name}: cannot be fetched from ${url} (${why}). ${advice}`, why);
}
