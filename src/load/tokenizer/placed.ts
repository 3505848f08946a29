/**
 * A text that tracks where each of its characters comes from. Normalizers and pre-tokenizers
 * change, drop and insert characters; every remaining one has a byte range of the prompt, so a
 * token of the altered text has a place in the typed text.
 */

export interface Placed {
  readonly text: string;
  /**
   * Byte range of the prompt for every UTF-16 unit; begins and ends never decrease. An inserted
   * character has an empty range.
   */
  readonly begins: readonly number[];
  readonly ends: readonly number[];
  /** Whether the unit belongs to an unaltered character, which can be split between its bytes. */
  readonly typed: readonly boolean[];
  /** Most UTF-16 units made of the prompt: no file can expand a short text into a long one. */
  readonly room: number;
}

/** Most UTF-16 units of one text. */
export const MAX_TEXT = 2 ** 20;
/** The limit for a text of this length; published tokenizers expand far less. */
const roomFor = (length: number): number => Math.min(64 * length + 4096, 4 * MAX_TEXT);

/** Throws an Error if `length` units exceed the room. */
export function checkRoom(length: number, { room }: Pick<Placed, 'room'>): void {
  if (length <= room) return;
  throw new Error(
    `tokenizer: its normalizer or pre-tokenizer expands a text too much, got over ${room} characters, expected fewer. This model's tokenizer cannot be used for it: use another text or model.`,
  );
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function utf8Bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

export function utf8Text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/**
 * As `utf8Text`, but writes each byte of an incomplete character as '<0xE6>', SentencePiece's name
 * for a byte.
 */
export function textOrBytes(bytes: Uint8Array): string {
  if (!utf8Text(bytes).includes('\ufffd')) return utf8Text(bytes);
  let text = '';
  for (let at = 0, size = 1; at < bytes.length; at += size) {
    size = [1, 2, 3, 4].find((length) => isCharacter(bytes.subarray(at, at + length))) ?? 1;
    const one = bytes.subarray(at, at + size);
    const hex = one[0]!.toString(16).toUpperCase().padStart(2, '0');
    text += isCharacter(one) ? utf8Text(one) : `<0x${hex}>`;
  }
  return text;
}

function isCharacter(bytes: Uint8Array): boolean {
  const text = utf8Text(bytes);
  const [again, isOne] = [utf8Bytes(text), Array.from(text).length === 1];
  return isOne && again.length === bytes.length && again.every((byte, i) => byte === bytes[i]);
}

/** A prompt as typed; a lone surrogate becomes U+FFFD, as in UTF-8. */
export function place(prompt: string): Placed {
  if (prompt.length > MAX_TEXT) {
    throw new Error(
      `tokenizer: the text is too long, got ${prompt.length} characters, expected at most ${MAX_TEXT}. Take a part of it.`,
    );
  }
  const text = utf8Text(utf8Bytes(prompt));
  const begins: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of text) {
    const begin = at;
    at += utf8Bytes(character).length;
    for (let i = 0; i < character.length; i++) {
      begins.push(begin);
      ends.push(at);
    }
  }
  return { text, begins, ends, typed: begins.map(() => true), room: roomFor(text.length) };
}

/** Every character of Unicode's White_Space is one unit. */
const isSpace = (unit: string | undefined): boolean => unit !== undefined && /\p{White_Space}/u.test(unit);

/** End of the run of spaces that begins at `at`. */
export function spacesEnd(text: string, at: number): number {
  while (isSpace(text[at])) at++;
  return at;
}

/** Start of the run of spaces that ends at `at`, not before `from`. */
export function spacesBegin(text: string, at: number, from: number): number {
  while (at > from && isSpace(text[at - 1])) at--;
  return at;
}

/** Units [begin, end). */
export function slice(placed: Placed, begin: number, end: number): Placed {
  return {
    text: placed.text.slice(begin, end),
    begins: placed.begins.slice(begin, end),
    ends: placed.ends.slice(begin, end),
    typed: placed.typed.slice(begin, end),
    room: placed.room,
  };
}

function join(parts: readonly Placed[]): Placed {
  return {
    text: parts.map((part) => part.text).join(''),
    begins: parts.flatMap((part) => part.begins),
    ends: parts.flatMap((part) => part.ends),
    typed: parts.flatMap((part) => part.typed),
    room: parts[0]!.room,
  };
}

/** A text whose parts all share one range. */
function made(text: string, begin: number, end: number, room: number): Placed {
  const all = <T>(value: T) => Array<T>(text.length).fill(value);
  return { text, begins: all(begin), ends: all(end), typed: all(false), room };
}

/**
 * Replaces every match of `pattern` (global); the replacement gets the range of the whole match.
 */
export function replaceMatches(placed: Placed, pattern: RegExp, change: (match: string) => string): Placed {
  const matches = Array.from(placed.text.matchAll(pattern), ({ 0: segment, index }) => ({ segment, index }));
  return replaceParts(placed, matches, change);
}

/** As `replaceMatches`, for the given parts of the text, in order. */
export function replaceParts(
  placed: Placed,
  segments: Iterable<{ readonly segment: string; readonly index: number }>,
  change: (segment: string) => string,
): Placed {
  const parts: Placed[] = [];
  let at = 0;
  let length = placed.text.length;
  for (const { segment, index } of segments) {
    const changed = change(segment);
    if (changed === segment) continue;
    length += changed.length - segment.length;
    checkRoom(length, placed);
    parts.push(slice(placed, at, index));
    at = index + segment.length;
    // An empty match inserts text after what precedes it.
    const begin = placed.begins[index] ?? placed.ends.at(-1) ?? 0;
    parts.push(made(changed, begin, segment === '' ? begin : placed.ends[at - 1]!, placed.room));
  }
  return at === 0 && parts.length === 0 ? placed : join([...parts, slice(placed, at, placed.text.length)]);
}

/** Prepends `prefix` to a non-empty text; its range is empty, at the text's start. */
export function prepend(placed: Placed, prefix: string): Placed {
  const [begin] = placed.begins;
  if (begin === undefined) return placed;
  checkRoom(placed.text.length + prefix.length, placed);
  return join([made(prefix, begin, begin, placed.room), placed]);
}

/** Maps bytes [begin, end) of a text's UTF-8, begin < end, to a byte range of the prompt. */
export function placeOfBytes(placed: Placed): (begin: number, end: number) => [number, number] {
  // Per byte of the UTF-8: start of a range that begins there, and end of one that ends after it.
  const first: number[] = [];
  const last: number[] = [];
  let unit = 0;
  for (const character of placed.text) {
    const [begin, end] = [placed.begins[unit]!, placed.ends[unit]!];
    utf8Bytes(character).forEach((_, i) => {
      first.push(placed.typed[unit] ? begin + i : begin);
      last.push(placed.typed[unit] ? begin + i + 1 : end);
    });
    unit += character.length;
  }
  return (begin, end) => [first[begin]!, last[end - 1]!];
}
