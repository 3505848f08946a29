/** Text for formats that forbid control characters. */

/**
 * Replaces each character that XML 1.0 forbids by a visible one: controls by their pictures
 * (U+2400), lone surrogates and non-characters by U+FFFD. Tabs and line breaks stay.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, (character) => {
    const point = character.codePointAt(0)!;
    if ('\t\n\r'.includes(character)) return character;
    if (point < 0x20) return String.fromCodePoint(0x2400 + point);
    if (point === 0x7f) return '\u2421';
    return '\ufffd';
  });
}
