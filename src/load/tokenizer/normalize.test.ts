import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import unicode from '../../../reference/tokenizer/unicode.json';
import { loadNormalizer } from './normalize';
import { place } from './placed';

describe('normalizer', () => {
  it.each(['NFC', 'NFD', 'NFKC', 'NFKD'])('gives %s of the whole text, group by group', (type) => {
    const normalize = loadNormalizer({ type });
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        'e',
        '\u0301',
        '\u0323',
        '\u1100',
        '\u1161',
        '\u11a8',
        '\uac00',
        '\uff76',
        '\uff9e',
        '\ufb01',
        '\u0915',
        '\u093c',
        '\u3131',
        '\u314f',
        '\u3133',
        '\uffa1',
        '\uffc2',
        '\uffa3',
      ),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        // Characters newer than the tables of `tokenizers` are compared below.
        const text = parts.join('').replace(/[\u{10570}-\u{1fbf9}\ua7f1-\ua7f4\uab69\u32ff]/gu, '');
        expect(normalize(place(text)).text).toBe(text.normalize(type));
      }),
      { numRuns: 500 },
    );
  });

  it.each(['NFC', 'NFD', 'NFKC', 'NFKD'] as const)(
    'gives %s of every character and composition, as tokenizers does',
    (type) => {
      const expected = unicode.forms[type];
      const made = form(type);
      const changed = characters();
      expect(changed.length).toBeGreaterThan(16_000);
      expect(digest(changed.map(made))).toBe(expected.characters);
      expect(digest(changed.map(form('NFD')).map(made))).toBe(expected.decomposed);
      expect(digest(changed.map(form('NFKD')).map(made))).toBe(expected.decomposedCompatibly);
      expect(digest(hangul().map(made))).toBe(expected.hangul);
    },
    60_000,
  );

  it('keeps the place of what it changes, drops and puts in', () => {
    const sequence = (...normalizers: object[]) => loadNormalizer({ type: 'Sequence', normalizers });
    const normalize = sequence(
      { type: 'Strip', strip_left: true, strip_right: false },
      { type: 'Replace', pattern: { Regex: 'b+' }, content: 'xyz' },
      { type: 'Prepend', prepend: '_' },
      { type: 'StripAccents' },
    );
    expect(normalize(place(' abb\u0301c '))).toEqual({
      text: '_axyzc ',
      begins: [1, 1, 2, 2, 2, 6, 7],
      ends: [1, 2, 4, 4, 4, 7, 8],
      typed: [false, true, false, false, false, true, true],
      room: 64 * 7 + 4096,
    });
    expect(normalize(place('  '))).toEqual({
      text: '',
      begins: [],
      ends: [],
      typed: [],
      room: 64 * 2 + 4096,
    });
  });
});

const digest = (texts: readonly string[]) => createHash('sha256').update(texts.join('\n')).digest('hex');

const form = (type: string) => {
  const normalize = loadNormalizer({ type });
  return (text: string) => normalize(place(text)).text;
};

/** Every character that a form changes, here or in `tokenizers`. */
function characters(): string[] {
  const made = form('NFKD');
  const codes = Array.from({ length: 0x110000 }, (_, code) => code);
  const all = codes
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code));
  return all.filter((one) => one.normalize('NFKD') !== one && made(one) !== one);
}

/** As in `reference/tokenizer/unicode.py`. */
function hangul(): string[] {
  const blocks = [
    [0x1100, 0x11ff],
    [0x3131, 0x318e],
    [0xffa0, 0xffdc],
    [0xac00, 0xac40],
  ] as const;
  const letters = blocks.flatMap(([first, last]) => {
    const codes = Array.from({ length: Math.floor((last - first) / 15) + 1 }, (_, i) => first + 15 * i);
    return codes.map((code) => String.fromCodePoint(code));
  });
  return letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
}
