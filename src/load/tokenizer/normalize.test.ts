import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
      ),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('');
        expect(normalize(place(text)).text).toBe(text.normalize(type));
      }),
      { numRuns: 500 },
    );
  });

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
    });
    expect(normalize(place('  '))).toEqual({ text: '', begins: [], ends: [], typed: [] });
  });
});
