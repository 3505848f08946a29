import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJson, parseWith, shown } from './parse';

const schema = z
  .object({
    n: z.number().int().min(1).max(9),
    kind: z.enum(['a', 'b']),
    rows: z.array(z.tuple([z.number(), z.number()])).min(1),
    more: z.discriminatedUnion('type', [
      z.object({ type: z.literal('x') }),
      z.object({ type: z.literal('y') }),
    ]),
    name: z.string().refine((name) => name !== 'no', 'is a bad name'),
  })
  .strict();
const good = { n: 1, kind: 'a', rows: [[1, 2]], more: { type: 'x' }, name: 'yes' };

describe('parseWith', () => {
  it('returns what is right', () => {
    expect(parseWith(schema, good, 'file')).toEqual(good);
  });

  it.each([
    [{ n: 0 }, 'file: n: wrong value, got 0, expected at least 1.'],
    [{ n: 10 }, 'file: n: wrong value, got 10, expected at most 9.'],
    [{ n: 1.5 }, 'file: n: wrong value, got 1.5, expected an integer.'],
    [{ n: 'x' }, 'file: n: wrong value, got "x", expected type number.'],
    [{ n: undefined }, 'file: n: wrong value, got nothing, expected type number.'],
    [{ kind: 'c' }, 'file: kind: wrong value, got "c", expected "a" or "b".'],
    [{ rows: [] }, 'file: rows: wrong value, got [], expected at least 1 entries.'],
    [
      {
        rows: [
          [1, 2],
          [1, null],
        ],
      },
      'file: rows[1][1]: wrong value, got null (what JSON makes of NaN), expected type number.',
    ],
    [{ extra: 1 }, 'file: unknown field, got "extra".'],
    [{ name: 'no' }, 'file: name: is a bad name, got "no".'],
  ])('says in one sentence what is wrong with %j', (change, sentence) => {
    expect(() => parseWith(schema, { ...good, ...change }, 'file')).toThrow(new Error(sentence));
  });

  it('names the place of an unknown variant, and takes a whole value that is no object', () => {
    expect(() => parseWith(schema, { ...good, more: { type: 'z' } }, 'file')).toThrow(
      /^file: more\.type: .*got "z"/,
    );
    expect(() => parseWith(schema, 7, 'file')).toThrow(
      new Error('file: wrong value, got 7, expected type object.'),
    );
  });
});

describe('parseJson and shown', () => {
  it('says that a text is no JSON', () => {
    expect(parseJson('[1]', 'x.json')).toEqual([1]);
    expect(() => parseJson('<html>', 'x.json')).toThrow(/^x\.json: is not valid JSON, got "<html>"/);
  });

  it('cuts long values', () => {
    expect(shown('x'.repeat(100))).toHaveLength(60);
  });
});

describe('parseJson', () => {
  const bounds = { characters: 100, values: 5, depth: 3, text: 10 };
  it.each(['[1,2,3]', '{"a":[{}]}', '"[[[[[["', '["\\"[[[["]', '["\\\\",[]]', '{"__proto__":1}'])(
    'reads what is within its bounds: %s',
    (text) => {
      expect(parseJson(text, 'file', bounds)).toEqual(JSON.parse(text));
    },
  );

  it.each([
    [
      `[${' '.repeat(100)}]`,
      'file: is too large, got 102 characters, expected at most 100. It is not opened.',
    ],
    ['[1,2,3,4,5]', 'file: is too large, got more than 5 values, expected at most 5. It is not opened.'],
    ['[[[[]]]]', 'file: is nested too deeply, got more than 3 levels, expected at most 3. It is not opened.'],
    ['{"a":{"a":{"a":{"a":1}}}}', 'file: is nested too deeply'],
    ['["\\\\",[[[', 'file: is nested too deeply'],
    [`"${'x'.repeat(20)}"`, 'file: is too large, got a text of 20 characters, expected at most 10.'],
    [`"${'x'.repeat(20)}`, 'file: is too large, got a text of'],
    ['"\\"', 'file: is not valid JSON'],
  ])('refuses %s', (text, message) => {
    expect(() => parseJson(text, 'file', bounds)).toThrow(message);
  });

  it('keeps a __proto__ as a field of its own', () => {
    const json = parseJson('{"__proto__":{"isPoisoned":true}}', 'file') as object;
    expect(Object.keys(json)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
  });
});
