/** Checks that a server sent the requested part of the requested file. */
import { named } from '../util/parse';
import type { Answer } from './fetching';

/** Bytes [begin, end) of a file, with its size and ETag, or null if unknown. */
export interface Span {
  readonly begin: number;
  readonly end: number;
  readonly size: number | null;
  readonly etag: string | null;
}

/** For messages. */
interface From {
  readonly url: string;
  readonly name: string;
}

export const rangeOf = ({ begin, end }: Span): string => `bytes=${begin}-${end - 1}`;

/** Size of the whole file, from the answer to a request for a part; null if not reported. */
export const sizeInRange = (answer: Answer): number | null => contentRange(answer)?.size ?? null;

/**
 * Offset of an answer that holds the part: `begin` or earlier, or 0 without Range. Throws an Error
 * if the part or version is wrong.
 */
export function beginOf(answer: Answer, span: Span, from: From): number {
  const { begin, end, size, etag } = span;
  refuseOther('ETag', etagOf(answer), etag, from);
  const length = lengthOf(answer);
  if (answer.status === 200) {
    refuseOther('size', length, size, from);
    return 0;
  }
  const refuse = (got: string): never => {
    throw new Error(
      `${from.name}: the server sends the wrong part, got ${got} from ${from.url}, expected ${rangeOf(span).replace('=', ' ')}. ` +
        'Use another server, or download the file and open it from disk.',
    );
  };
  const type = answer.headers.get('content-type') ?? '';
  if (type.startsWith('multipart/')) refuse(type.split(';')[0]!);
  const said = answer.headers.get('content-range');
  if (said === null) {
    // Pages may not see it; they always see Content-Length.
    if (answer.showsHeaders) refuse('no Content-Range');
    if (length !== null && (size === null ? length > end - begin : length !== end - begin))
      refuse(`${length} bytes`);
    return begin;
  }
  const range = contentRange(answer) ?? refuse(named(said));
  refuseOther('size', range.size, size, from);
  // Some servers send more than requested and say so; the part is included.
  if (range.begin > begin || range.end < Math.min(end, range.size ?? end)) refuse(said);
  return range.begin;
}

/** The ETag, or else the date, which identifies the version of the file. */
export const etagOf = ({ headers }: Answer): string | null =>
  headers.get('x-linked-etag') ?? headers.get('etag') ?? headers.get('last-modified');

/** Announced bytes of the body; null if not announced or if the answer is compressed. */
export function lengthOf({ headers }: Answer): number | null {
  const length = headers.has('content-encoding') ? null : headers.get('content-length');
  return length !== null && /^\d+$/.test(length) ? Number(length) : null;
}

function contentRange({ status, headers }: Answer) {
  const said = headers.get('content-range') ?? '';
  const [, first, last, size] = (status === 206 && /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(said)) || [];
  if (first === undefined) return null;
  return { begin: Number(first), end: Number(last) + 1, size: size === '*' ? null : Number(size) };
}

function refuseOther<T extends string | number>(
  what: string,
  got: T | null,
  expected: T | null,
  { name, url }: From,
): void {
  if (got === null || expected === null || got === expected) return;
  throw new Error(
    `${name}: the file at ${url} changed while it was fetched, got ${what} ${named(`${got}`)}, expected ${named(`${expected}`)}. Open it again.`,
  );
}
