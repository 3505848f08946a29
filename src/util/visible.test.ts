import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listed, named, parseJson, quoted, shown, tableOf, parseWith } from './parse';
import { cut, visible } from './visible';
import { z } from 'zod';

/** Must never reach a reader unescaped. */
const RAW = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

const anyText = fc.string({ unit: 'binary', maxLength: 2000 });

describe('visible', () => {
  it.each([
    ['a\x1b[31mb', 'a\\u001b[31mb'],
    ['\x1b]0;title\x07', '\\u001b]0;title\\u0007'],
    ['\x9b31m\x7f', '\\u009b31m\\u007f'],
    ['a\nb\rc\td\0', 'a\\nb\\rc\\td\\u0000'],
    ['\u202egnp.exe\u2066', '\\u202egnp.exe\\u2066'],
    ['\u2028\u2029\ufeff', '\\u2028\\u2029\\ufeff'],
    ['\ud800x\udc00', '\\ud800x\\udc00'],
    ['Zürich 東京 👩‍🔬 ·↵', 'Zürich 東京 👩‍🔬 ·↵'],
  ])('shows %j', (text, shownText) => {
    expect(visible(text)).toBe(shownText);
    expect(visible(shownText)).toBe(shownText);
  });

  it('keeps JSON equal', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = visible(JSON.stringify(value));
        expect(text).not.toMatch(RAW);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
  });

  it('cuts between characters', () => {
    expect(cut('abcdef', 6)).toBe('abcdef');
    expect(cut('abcdefg', 6)).toBe('abc...');
    expect(cut('ab👩👩👩', 6)).toBe('ab...');
  });
});

describe('messages', () => {
  it('hold one line of a text, and little of a long one', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const said of [quoted(text), named(text), shown(text), shown([text]), listed([text, text])]) {
          expect(said).not.toMatch(RAW);
          expect(said.length).toBeLessThanOrEqual(2 * 200 + 2);
        }
      }),
      { numRuns: 200 },
    );
    expect(quoted('\x1b'.repeat(10_000))).toHaveLength(202);
    expect(listed(Array.from({ length: 100 }, (_, i) => `${i}`))).toBe('0, 1, 2, 3, 4, 5, 94 more');
  });

  it('name long keys and values in short', () => {
    const long = '\x1b[2J\n'.repeat(2000);
    const schema = z.object({ a: tableOf(z.object({ b: z.number() }).strict()) });
    for (const json of [
      { a: { [long]: 1 } },
      { a: { [long]: { b: long } } },
      { a: { x: { b: 1, [long]: 1 } } },
    ]) {
      const refused = (() => {
        try {
          parseWith(schema, json, 'file');
        } catch (error) {
          return (error as Error).message;
        }
        return '';
      })();
      expect(refused).toMatch(/^file: a\./);
      expect(refused).not.toMatch(RAW);
      expect(refused.length).toBeLessThan(1000);
    }
    expect(() => parseJson('\x1b]2J\n'.repeat(2000), 'file')).toThrow(
      /^file: is not valid JSON, got "\\u001b\]2J/,
    );
  });
});

describe('tableOf', () => {
  const table = tableOf(z.number());

  it('keeps every name', () => {
    const json = JSON.parse('{"__proto__":1,"constructor":2,"":3,"2":4,"1":5}');
    expect([...parseWith(table, json, 'file')].sort()).toEqual([
      ['', 3],
      ['1', 5],
      ['2', 4],
      ['__proto__', 1],
      ['constructor', 2],
    ]);
  });

  it.each([
    [{ a: 'x' }, 'file: a: wrong value, got "x", expected type number.'],
    [[1], 'file: wrong value, got [1].'],
    [null, 'file: wrong value, got null.'],
  ])('refuses %j', (json, sentence) => {
    expect(() => parseWith(table, json, 'file')).toThrow(new Error(sentence));
  });
});
