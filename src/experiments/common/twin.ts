/** A prompt beside its corrupted twin: words with different token counts. */
import { excerpt } from './spelling';
import type { PromptToken } from './subject';
import { quoted } from '../../util/parse';

export interface Tokenized {
  readonly text: string;
  readonly tokens: readonly PromptToken[];
}

interface Word {
  readonly text: string;
  readonly tokens: number;
}

/** ": 'Papua New Guinea' is 4 tokens, 'France' is 1 token"; empty if the words are equal. */
export function differingWords(twin: Tokenized, prompt: Tokenized): string {
  const [a, b] = [wordsOf(twin), wordsOf(prompt)];
  const shorter = Math.min(a.length, b.length);
  let begin = 0;
  while (begin < shorter && a[begin]!.text === b[begin]!.text) begin++;
  let end = 0;
  while (end < shorter - begin && a.at(-1 - end)!.text === b.at(-1 - end)!.text) end++;
  const [mine, yours] = [a, b].map((words) => words.slice(begin, words.length - end));
  const told = [mine!, yours!].filter((words) => words.length > 0).map(countText);
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}

function countText(words: readonly Word[]): string {
  const count = words.reduce((sum, { tokens }) => sum + tokens, 0);
  return `${quoted(excerpt(words.map(({ text }) => text).join(' '), 40))} is ${count} token${count === 1 ? '' : 's'}`;
}

/** Words between spaces, each with the tokens that end in it. */
function wordsOf({ text, tokens }: Tokenized): Word[] {
  const length = (part: string) => new TextEncoder().encode(part).length;
  const ends = tokens.flatMap(({ bytes }) => (bytes ? [bytes[1]] : []));
  let from = 0;
  return Array.from(text.matchAll(/\S+/g), (match) => {
    const to = length(text.slice(0, match.index + match[0].length));
    const inside = ends.filter((end) => end > from && end <= to).length;
    from = to;
    return { text: match[0], tokens: inside };
  });
}
