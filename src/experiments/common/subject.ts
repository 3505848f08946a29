/** Where the subject is in the prompt: text to token positions, found on the prompt's bytes. */

/** A token of the prompt and the bytes of the prompt's UTF-8 text that it holds; null for BOS. */
export interface PromptToken {
  readonly id: number;
  readonly text: string;
  readonly bytes: readonly [number, number] | null;
}

export interface Span {
  readonly begin: number;
  readonly end: number;
}

/** Token positions of `subject` ('X', or 'X#2' for its second occurrence). Throws one sentence; guesses nothing. */
export function findSubject(prompt: string, tokens: readonly PromptToken[], subject: string): Span {
  const asked = parseSubject(prompt, subject.trim());
  if (asked.text === '') {
    throw new Error(
      'subject: is empty, expected words of the prompt. Mark the words whose meaning is to be hidden.',
    );
  }
  const spans = occurrences(prompt, asked.text).map((bytes) => ({ bytes, ...cover(tokens, bytes) }));
  if (spans.length === 0) throw new Error(notFound(prompt, asked.text));
  const list = () =>
    spans
      .map((span, i) => `#${i + 1} at tokens ${rangeText(span)} ('${spell(prompt, tokens, span)}')`)
      .join(', ');
  if (asked.occurrence === null && spans.length > 1) {
    throw new Error(
      `subject: '${asked.text}' occurs ${spans.length} times, got no choice between ${list()}. ` +
        `Ask for '${asked.text}#2', or give the token range.`,
    );
  }
  const span = spans[(asked.occurrence ?? 1) - 1];
  if (!span) {
    throw new Error(
      `subject: there is no such occurrence, got #${asked.occurrence}, expected one of ${list()}.`,
    );
  }
  refuseStraddling(prompt, tokens, span, asked.text);
  return { begin: span.begin, end: span.end };
}

/** Checks a range given by hand. Throws one sentence. */
export function checkRange([begin, end]: readonly [number, number], tokens: readonly PromptToken[]): Span {
  const T = tokens.length;
  const first = tokens.findIndex((token) => token.bytes !== null);
  if (!Number.isInteger(begin) || !Number.isInteger(end) || begin < 0 || begin >= end || end > T) {
    throw new Error(
      `subject range: wrong positions, got ${begin},${end}, expected begin,end with ${first} <= begin < end <= ${T}.`,
    );
  }
  const special = tokens.slice(begin, end).find((token) => token.bytes === null);
  if (special) {
    throw new Error(
      `subject range: holds ${special.text}, which is not of the prompt, got ${begin},${end}, expected a begin of at least ${first}.`,
    );
  }
  return { begin, end };
}

/** 'Niger#2' -> the second 'Niger', unless the prompt itself says 'Niger#2'. */
function parseSubject(prompt: string, subject: string): { text: string; occurrence: number | null } {
  const match = /^(.*\S)\s*#(\d+)$/s.exec(subject);
  if (!match || prompt.includes(subject)) return { text: subject, occurrence: null };
  return { text: match[1]!, occurrence: Number(match[2]) };
}

/** Byte ranges of every occurrence. */
function occurrences(prompt: string, text: string): [number, number][] {
  const utf8 = new TextEncoder();
  const length = utf8.encode(text).length;
  const found: [number, number][] = [];
  for (let at = prompt.indexOf(text); at !== -1; at = prompt.indexOf(text, at + 1)) {
    const begin = utf8.encode(prompt.slice(0, at)).length;
    found.push([begin, begin + length]);
  }
  return found;
}

/** The smallest token range that holds all these bytes. */
function cover(tokens: readonly PromptToken[], [begin, end]: readonly [number, number]): Span {
  const holds = (token: PromptToken) =>
    token.bytes !== null && token.bytes[0] < end && token.bytes[1] > begin;
  return { begin: tokens.findIndex(holds), end: tokens.findLastIndex(holds) + 1 };
}

function refuseStraddling(
  prompt: string,
  tokens: readonly PromptToken[],
  span: Span & { bytes: readonly [number, number] },
  subject: string,
): void {
  const first = tokens[span.begin]!;
  const last = tokens[span.end - 1]!;
  const before = new TextEncoder().encode(prompt).slice(first.bytes![0], span.bytes[0]);
  const straddling =
    new TextDecoder().decode(before).trim() !== '' ? first : last.bytes![1] > span.bytes[1] ? last : null;
  if (!straddling) return;
  throw new Error(
    `subject: the token '${straddling.text}' holds more than the subject, got '${subject}', expected whole tokens. ` +
      `Extend the subject to '${spell(prompt, tokens, span).trim()}', or give the token range ${rangeText(span)}.`,
  );
}

function notFound(prompt: string, text: string): string {
  const at = prompt.toLowerCase().indexOf(text.toLowerCase());
  const hint =
    at === -1 ? 'Copy it from the prompt.' : `The prompt has '${prompt.slice(at, at + text.length)}'.`;
  return `subject: is not in the prompt, got '${text}', expected words of '${prompt}'. ${hint}`;
}

/** The prompt's own words under these tokens. */
function spell(prompt: string, tokens: readonly PromptToken[], { begin, end }: Span): string {
  const bytes = tokens.slice(begin, end).flatMap((token) => token.bytes ?? []);
  return new TextDecoder().decode(
    new TextEncoder().encode(prompt).subarray(Math.min(...bytes), Math.max(...bytes)),
  );
}

function rangeText({ begin, end }: Span): string {
  return `${begin},${end}`;
}
