/** Tokenizer for the scripts' subset of Python: tells literals from code, strictly. */

export interface PythonToken {
  readonly kind: 'string' | 'code' | 'comment' | 'line';
  /** As written; a line's indentation. */
  readonly text: string;
  /** Value of an unprefixed string. */
  readonly value?: string;
}

const TOKEN =
  /(?<comment>#[^\n\r]*)|(?<prefix>[A-Za-z]{0,2})(?<quote>"""|'''|"|')|(?<word>[A-Za-z_]\w*)|(?<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<sign>->|:=|\*\*=?|\/\/=?|<<|>>|[-+*/%&|^=<>!]=|[-+*/%@&|^~<>()[\]{},:.;=])|(?<break>\r\n?|\n)|(?<blank>[ \t]+)/y;

/** Throws on invalid Python. Drops blank lines, and commas before a closing bracket. */
export function pythonTokens(source: string): PythonToken[] {
  if (/\0|\p{Cs}/u.test(source)) throw new Error('python: no source may hold NUL or half a pair.');
  const tokens: PythonToken[] = [];
  const open: string[] = [];
  let at = 0;
  let isStart = true;
  let indent = '';
  const add = (token: PythonToken) => {
    if (isStart && open.length === 0 && token.kind !== 'comment') tokens.push({ kind: 'line', text: indent });
    isStart = false;
    tokens.push(token);
  };
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(source);
    if (!found) throw new Error(`python: no token at ${JSON.stringify(source.slice(at, at + 40))}.`);
    const { comment, prefix, quote, break: isBreak, blank } = found.groups!;
    const [text] = found;
    at += text.length;
    if (isBreak) {
      isStart = true;
      indent = '';
    } else if (blank) {
      if (isStart) indent = blank;
    } else if (comment) add({ kind: 'comment', text });
    else if (quote) {
      const end = endOfString(source, at, quote, /r/i.test(prefix!));
      const whole = source.slice(at - text.length, end);
      const inside = source.slice(at, end - quote.length);
      add({ kind: 'string', text: whole, ...(prefix ? {} : { value: unescaped(inside) }) });
      at = end;
    } else {
      if ('([{'.includes(text)) open.push(text);
      if (')]}'.includes(text)) {
        if (open.pop() !== { ')': '(', ']': '[', '}': '{' }[text]) throw new Error(`python: a lone ${text}.`);
        if (tokens.at(-1)?.text === ',') tokens.pop();
        isStart = false;
      }
      add({ kind: 'code', text });
    }
  }
  if (open.length > 0) throw new Error(`python: ${open.at(-1)} is not closed.`);
  return tokens;
}

function endOfString(source: string, begin: number, quote: string, isRaw: boolean): number {
  for (let at = begin; at < source.length; at++) {
    if (source.startsWith(quote, at)) return at + quote.length;
    if (source[at] === '\\') {
      if (!isRaw && !/[\n\\'"abfnrtvuUxN0-7]/.test(source[at + 1] ?? ''))
        throw new Error(`python: no such escape, ${JSON.stringify(source.slice(at, at + 2))}.`);
      at++;
    } else if (quote.length === 1 && /[\n\r]/.test(source[at]!)) break;
  }
  throw new Error(`python: ${quote} is not closed.`);
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '\n': '' };

const unescaped = (text: string): string =>
  text.replace(
    /\\(?:u([\da-f]{4})|U([\da-f]{8})|x([\da-f]{2})|([\s\S]))/g,
    (_, four?: string, eight?: string, two?: string, one?: string) => {
      const point = four ?? eight ?? two;
      if (point === undefined) return SIMPLE[one!] ?? one!;
      return four
        ? String.fromCharCode(Number.parseInt(four, 16))
        : String.fromCodePoint(Number.parseInt(point, 16));
    },
  );

/** The program without plain strings: no string may change it. */
export const skeleton = (tokens: readonly PythonToken[]): string =>
  tokens
    .map(({ kind, text, value }) => (kind === 'line' ? `\n${text}` : value === undefined ? text : '""'))
    .join(' ');
