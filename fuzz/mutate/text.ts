/** Mutations of text: pieces removed, doubled, moved or repeated, and hostile ones inserted. */
import type { Random } from '../random';
import { NUMBERS, TEXTS } from './names';

/** `text` with one to three changes. `words`: pieces of the language in which it is written. */
export function mutateText(text: string, random: Random, words: readonly string[] = []): string {
  let changed = text;
  const changes = 1 + random.below(3);
  for (let i = 0; i < changes; i++) changed = change(changed, random, words);
  return changed;
}

function change(text: string, random: Random, words: readonly string[]): string {
  const at = random.below(text.length + 1);
  const end = Math.min(text.length, at + 1 + random.below(random.chance(0.5) ? 4 : 40));
  const piece = text.slice(at, end);
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, end) + text.slice(at);
    case 2:
      return (
        text.slice(0, at) +
        random.pick(words.length > 0 && random.chance(0.7) ? words : TEXTS) +
        text.slice(at)
      );
    case 3: {
      const to = random.below(text.length + 1);
      return to < at
        ? text.slice(0, to) + piece + text.slice(to, at) + text.slice(end)
        : text.slice(0, at) + text.slice(end, to) + piece + text.slice(Math.max(to, end));
    }
    case 4:
      return text.slice(0, end) + piece.repeat(random.pick([1, 10, 1000])) + text.slice(end);
    case 5:
      return text.replace(/\d+/g, (digits) => (random.chance(0.2) ? String(random.pick(NUMBERS)) : digits));
    default:
      return (
        text.slice(0, at) +
        String.fromCharCode(random.below(random.chance(0.8) ? 128 : 65536)) +
        text.slice(at + 1)
      );
  }
}
