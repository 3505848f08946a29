/** Variant spellings of a prompt's words (Unicode forms, look-alikes, case); whole characters. */

/** A character range [begin, end) of a text, in UTF-16 units. */
export type CharRange = readonly [number, number];

/** Grapheme clusters: an emoji with its joiners, a letter with its accents. */
export function charactersOf(text: string): { readonly at: number; readonly text: string }[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ index, segment }) => ({ at: index, text: segment }));
}

/** Canonical equivalence (NFC). */
export const canonical = (text: string): string => text.normalize('NFC');

const LOOK_ALIKES: readonly (readonly [RegExp, string])[] = [
  [/[‘’‛ʼ＇`´]/g, "'"],
  [/[“”„‟]/g, '"'],
  [/[‐‑‒–—−]/g, '-'],
  [/[\u200b-\u200d\u2060\ufeff]/g, ''],
  [/\s/g, ' '],
];

/** Folds look-alikes and case: no-break spaces, curly quotes, dashes, full-width letters. */
export function lookAlike(text: string): string {
  const folded = text.normalize('NFKC').toLowerCase();
  return LOOK_ALIKES.reduce((now, [from, to]) => now.replace(from, to), folded);
}

/** Every place in `prompt` whose whole characters equal `text` after `normal`. */
export function placesBy(normal: (text: string) => string, prompt: string, text: string): CharRange[] {
  const characters = charactersOf(prompt);
  const pieces = characters.map((one) => normal(one.text));
  const wanted = charactersOf(text)
    .map((one) => normal(one.text))
    .join('');
  if (wanted.trim() === '') return [];
  /** Start of each character in the normalised prompt, and the end. */
  const begins = new Map<number, number>();
  const ends = new Map<number, number>();
  let at = 0;
  characters.forEach((one, i) => {
    if (pieces[i] === '') return;
    begins.set(at, one.at);
    at += pieces[i]!.length;
    ends.set(at, one.at + one.text.length);
  });
  const whole = pieces.join('');
  const found: CharRange[] = [];
  for (let i = whole.indexOf(wanted); i !== -1; i = whole.indexOf(wanted, i + 1)) {
    const [begin, end] = [begins.get(i), ends.get(i + wanted.length)];
    if (begin !== undefined && end !== undefined) found.push([begin, end]);
  }
  return found;
}

/** Widens the range to whole characters. */
export function wholeCharacters(prompt: string, [begin, end]: CharRange): CharRange {
  const inside = charactersOf(prompt).filter((one) => one.at < end && one.at + one.text.length > begin);
  const [first, last] = [inside[0], inside.at(-1)];
  return first && last ? [first.at, last.at + last.text.length] : [begin, end];
}

/** First difference of two spellings, in code points: 'U+00A0 where you typed U+0020'. */
export function differenceText(own: string, typed: string): string {
  const [a, b] = [charactersOf(own), charactersOf(typed)];
  const at = a.findIndex((one, i) => one.text !== b[i]?.text);
  const points = (text: string) =>
    Array.from(text, (c) => `U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`).join(' ');
  const [mine, yours] = [a[at]?.text, b[at]?.text];
  return `${mine === undefined ? 'nothing' : points(mine)} where you typed ${yours === undefined ? 'nothing' : points(yours)}`;
}

/** A lone surrogate, or the replacement character. */
export const hasHalf = (text: string): boolean => /\p{Surrogate}|\ufffd/u.test(text);

/** A text in a message: at most 60 characters, none split. */
export function excerpt(text: string, most = 60): string {
  const characters = Array.from(text);
  return characters.length <= most
    ? text
    : `${characters
        .slice(0, most - 3)
        .join('')
        .trimEnd()}...`;
}
