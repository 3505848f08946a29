/** SentencePiece's own trainer made the table, with rules in reference/tokenizer/families.py. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../../../reference/tokenizer/families.json';
import { loadCharsMap } from './charsmap';
import { loadNormalizer } from './normalize';
import { place } from './placed';

type Step = { type: string; precompiled_charsmap?: string };
const { normalizer } = golden.families.find(({ name }) => name === 'xlm-roberta')!.tokenizer;
const table = (normalizer as { normalizers: Step[] }).normalizers[0]!;
const map = loadCharsMap(table.precompiled_charsmap!);

describe('charsmap', () => {
  it.each([
    ['\t', ' '],
    ['\u3392', 'MHz'],
    ['\u00bd', '1\u20442'],
    ['e\u0301', 'é'],
    ['\uff76\uff9e', '\u30ab'],
    ['e', null],
    ['b', null],
    ['', null],
    ['\u0000', null],
    ['\u{1f600}', null],
  ])('makes of %j what the shortest rule that fits says: %j', (part, changed) => {
    expect(map.change(part)).toBe(changed);
  });

  it('makes of a short cluster what its beginning becomes, and sees a long one character by character', () => {
    const normalize = loadNormalizer(table);
    expect(normalize(place('\ufb01\u0302x')).text).toBe('fix');
    expect(normalize(place('\u{1f469}\u200d\u{1f52c}')).text).toBe('\u{1f469} \u{1f52c}');
    expect(normalize(place('xe\u0301\u3392'))).toEqual({
      text: 'xéMHz',
      begins: [0, 1, 4, 4, 4],
      ends: [1, 4, 7, 7, 7],
      typed: [true, false, false, false, false],
      room: 64 * 4 + 4096,
    });
  });

  it('refuses a damaged table in one sentence, or reads some text from it', () => {
    expect(() => loadCharsMap('?')).toThrow(
      "tokenizer.json: normalizer: precompiled_charsmap is damaged, got no base64, expected SentencePiece's table.",
    );
    expect(() => loadCharsMap('')).toThrow(/got a table of 0 bytes in 0,/);
    expect(() => loadCharsMap(table.precompiled_charsmap!.slice(0, 400))).toThrow(
      /got a table of \d+ bytes in 300,/,
    );
    const cells = fc.array(fc.nat(255), { minLength: 4, maxLength: 64 });
    fc.assert(
      fc.property(cells, fc.string({ unit: 'binary' }), (bytes, text) => {
        const file = String.fromCharCode(bytes.length - (bytes.length % 4), 0, 0, 0, ...bytes);
        const damaged = loadCharsMap(btoa(file));
        for (const { segment } of damaged.parts(text))
          expect(typeof damaged.change(segment)).toMatch(/string|object/);
      }),
    );
  });

  it('changes nothing where the file has no table', () => {
    expect(loadNormalizer({ type: 'Precompiled', precompiled_charsmap: null })(place('\t\ufb01')).text).toBe(
      '\t\ufb01',
    );
  });
});
