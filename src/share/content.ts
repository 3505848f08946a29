/** What a link holds, of any version. Its question is not checked: showing a finding runs nothing. */
import { Inflate } from 'fflate';
import type { ResultDocument } from '../results/document';
import { concat } from '../util/concat';
import { shown } from '../util/parse';
import { fromBase64url } from './base64url';
import { dictionary } from './dictionary';
import { type Steps, unpack } from './pack';
import { payloadOf } from './repair';
import { type LinkView, parseView } from './view';

/** Refuses links that inflate to more; no finding is larger. */
const MOST_BYTES = 4 << 20;

/** The document's numbers are quantised with `steps`. */
export interface LinkContent {
  readonly document: ResultDocument;
  readonly view: LinkView;
  readonly steps: Steps;
}

/**
 * Reads a link from text: an address, its fragment, or a mangled copy (see `repair.ts`). Rejects
 * with one sentence about the problem.
 */
export async function readContent(text: string): Promise<LinkContent> {
  const { version, data } = payloadOf(text);
  const { document, view, steps } =
    version === 4
      ? unpack(inflate(data, dictionary))
      : (await import('./old/read')).readOld(version, (words) => inflate(data, words));
  return { document, view: parseView(view, document), steps };
}

function inflate(data: string, dictionary: Uint8Array): Uint8Array {
  const bytes = fromBase64url(data);
  if (!bytes)
    throw new Error(`link: not base64url, got ${data.length} characters, which no bytes are written with.`);
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Inflate({ dictionary }, (part) => {
    size += part.length;
    if (size > MOST_BYTES) throw new Error(`link: too large, got more than ${MOST_BYTES} bytes of content.`);
    parts.push(part);
  });
  try {
    // In pieces, to stop before a small input inflates to gigabytes.
    for (let at = 0; at < bytes.length; at += 1024) {
      stream.push(bytes.slice(at, at + 1024), at + 1024 >= bytes.length);
    }
  } catch (error) {
    if (size > MOST_BYTES) throw error;
    throw new Error(
      `link: its content cannot be decompressed, got ${shown((error as Error).message)}, expected deflate.`,
    );
  }
  return concat(parts);
}
