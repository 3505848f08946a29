/**
 * Validates WGSL snippets: functions and constants, one of them `fn edit(x: f32, row: u32, col:
 * u32) -> f32`. The check works on tokens, before any compiler, so that code from a link terminates
 * soon and reaches only its own cell. It forbids loops, recursion, bindings, attributes and
 * synchronisation, and limits code and values to what compiles quickly.
 */
import { checkSize, type Fail, type Token } from './snippetSize';
import type { Wgsl } from '../../util/code/wgsl';
import { quoted } from '../../util/parse';

/** Most characters of a snippet. */
const LONGEST = 4000;
/** Most function calls per cell, including nested ones. */
const MOST_CALLS = 1000;
/** Most tokens after inlining every call; an array's value counts as several. */
const MOST_INLINED = 20_000;
const TOKENS_PER_VALUE = 8;

/** The kernel's own names; see shaders/snippet.wgsl. */
const KERNEL_NAMES = ['main', 'entries', 'cells', 'params', 'Params'];
const LOOPS = ['loop', 'while', 'for'];
const SYNCHRONISING = /Barrier$|^(atomic|texture|subgroup|quad|workgroup)[A-Z]/;

/** The tokens of the required function's head; '_' stands for any name. */
const HEAD = 'fn edit ( _ : f32 , _ : u32 , _ : u32 ) -> f32 {'.split(' ');

/** Returns the snippet. Throws an Error with `where` and the line if it is invalid. */
export function checkSnippet(where: string, code: string): Wgsl {
  const fail: Fail = (line, what) => {
    throw new Error(`${where}: snippet, line ${line}: ${what}`);
  };
  if (code.length > LONGEST) fail(1, `got ${code.length} characters, expected at most ${LONGEST}.`);
  const strange = code.search(/[^\t\n\r -~]/);
  if (strange >= 0) {
    const line = code.slice(0, strange).split('\n').length;
    fail(line, `got the character U+${code.charCodeAt(strange).toString(16)}, expected ASCII only.`);
  }
  const tokens = tokensOf(code);
  for (const [i, { text, line }] of tokens.entries()) {
    if (LOOPS.includes(text)) fail(line, `got ${quoted(text)}, expected no loop: a snippet must end.`);
    if (text === '@') fail(line, "got '@', expected no attribute.");
    if (KERNEL_NAMES.includes(text)) fail(line, `${quoted(text)} is the kernel's own name. Use another one.`);
    if (SYNCHRONISING.test(text))
      fail(line, `got ${quoted(text)}, expected no synchronisation and no textures.`);
    if (text === 'var' && tokens[i + 1]?.text === '<')
      fail(line, 'got a var with an address space, expected variables of functions only.');
  }
  const arrays = checkSize(tokens, fail);
  const functions = functionsOf(tokens, fail);
  const edit = functions.get('edit');
  const head = edit && tokens.slice(edit.begin, edit.begin + HEAD.length);
  const isFit = head?.length === HEAD.length && HEAD.every((text, i) => ['_', head[i]!.text].includes(text));
  if (!isFit) {
    const line = head?.[0]?.line ?? 1;
    fail(line, "expected a function 'fn edit(x: f32, row: u32, col: u32) -> f32'.");
  }
  checkCalls(functions, tokens, arrays, fail);
  return code as Wgsl;
}

/** Names, numbers and single signs ('->' whole), without comments. */
function tokensOf(code: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  const pattern = /\r\n|[\n\r]|\/\/[^\n\r]*|\/\*|[A-Za-z_]\w*|[0-9][\w.]*|->|[^\s]/g;
  for (let found = pattern.exec(code); found; found = pattern.exec(code)) {
    const [text] = found;
    if (/^[\n\r]/.test(text)) line++;
    else if (text === '/*') {
      const end = endOfComment(code, pattern.lastIndex);
      // An unclosed comment would swallow the kernel's own code.
      if (end === null) return [...tokens, { text, line }];
      line += code.slice(pattern.lastIndex, end).split(/\r\n|[\n\r]/).length - 1;
      pattern.lastIndex = end;
    } else if (!text.startsWith('//')) tokens.push({ text, line });
  }
  return tokens;
}

/** End of a comment, which may nest in WGSL; null if it does not end. */
function endOfComment(code: string, from: number): number | null {
  const pattern = /\/\*|\*\//g;
  pattern.lastIndex = from;
  let depth = 1;
  for (let found = pattern.exec(code); found; found = pattern.exec(code)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return pattern.lastIndex;
  }
  return null;
}

interface Range {
  readonly begin: number;
  readonly end: number;
}

/** Token range of each function. Throws if anything but functions and constants is outside. */
function functionsOf(tokens: readonly Token[], fail: Fail): Map<string, Range> {
  const functions = new Map<string, Range>();
  let at = 0;
  while (at < tokens.length) {
    const { text, line } = tokens[at]!;
    const begin = at;
    if (text !== 'fn' && text !== 'const' && text !== ';')
      fail(line, `got ${quoted(text)}, expected functions ('fn') and constants ('const') only.`);
    const closing = text === 'fn' ? '}' : ';';
    let depth = 0;
    for (; at < tokens.length; at++) {
      const sign = tokens[at]!.text;
      if (sign === '{') depth++;
      if (sign === '}') depth--;
      if (depth === 0 && sign === closing) break;
    }
    if (at === tokens.length) fail(line, `${quoted(text)} does not end, expected ${quoted(closing)}.`);
    at++;
    if (text === 'fn') functions.set(tokens[begin + 1]!.text, { begin, end: at });
  }
  return functions;
}

/**
 * Nested calls multiply: even without loops they could run almost forever. `arrays` is from
 * `checkSize`.
 */
function checkCalls(
  functions: ReadonlyMap<string, Range>,
  tokens: readonly Token[],
  arrays: ReadonlyMap<number, number>,
  fail: Fail,
): void {
  interface Cost {
    readonly calls: number;
    readonly inlined: number;
  }
  const costs = new Map<string, Cost>();
  const costOf = (name: string, callers: readonly string[]): Cost => {
    const { begin, end } = functions.get(name)!;
    if (callers.includes(name))
      fail(tokens[begin]!.line, `${quoted(name)} calls itself, expected no recursion.`);
    const known = costs.get(name);
    if (known) return known;
    let [calls, inlined] = [1, end - begin];
    for (const [at, values] of arrays) if (at >= begin && at < end) inlined += TOKENS_PER_VALUE * values;
    for (const { text } of tokens.slice(begin + 2, end)) {
      if (!functions.has(text)) continue;
      const callee = costOf(text, [...callers, name]);
      calls += callee.calls;
      inlined += callee.inlined;
    }
    costs.set(name, { calls, inlined });
    const { line } = tokens[begin]!;
    if (calls > MOST_CALLS)
      fail(line, `${quoted(name)} makes ${calls} calls, expected at most ${MOST_CALLS}.`);
    if (inlined > MOST_INLINED)
      fail(
        line,
        `${quoted(name)} is ${inlined} words and signs with all that it calls, expected at most ${MOST_INLINED}.`,
      );
    return { calls, inlined };
  };
  for (const name of functions.keys()) costOf(name, []);
}
