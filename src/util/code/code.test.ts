import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvText } from './csv';
import { dot, textOf } from './dot';
import { entryNames, fileStem } from './fileName';
import { printable } from './printable';
import { joined, type Python, python } from './python';
import { pythonFile } from './pythonFile';
import { xml, xmlName } from './xml';

describe('Python', () => {
  it.each([
    ['it\'s "x" \\', '"it\'s \\"x\\" \\\\"'],
    ['a\nb\r\0\u001b\u007f', '"a\\nb\\r\\u0000\\u001b\\u007f"'],
    ['\u2028\u202e\ufeff\uffff\ud800', '"\\u2028\\u202e\\ufeff\\uffff\\ud800"'],
    ['é → 東 🙂 \u{e0041}', '"é → 東 🙂 \\U000e0041"'],
    [0.1, '0.1'],
    [-0, '-0.0'],
    [1e-7, '1e-7'],
    [1e30, '1e+30'],
    [2 ** 60, '1152921504606846976'],
    [Number.NaN, 'float("nan")'],
    [-1 / 0, 'float("-inf")'],
    [[1, null, true, 'x'], '[1, None, True, "x"]'],
    [{ a: 1, b: undefined, __proto__: null, 'c"': [] }, '{"a": 1, "c\\"": []}'],
    [
      new Map([
        ['1', 0],
        ['__proto__', 1],
        ['0', 2],
      ]),
      '{"1": 0, "__proto__": 1, "0": 2}',
    ],
  ])('writes %j as a literal', (value, text) => {
    expect(textOf(python`${value}`)).toBe(text);
  });

  it('breaks long lists and dicts into lines', () => {
    const numbers = Array.from({ length: 60 }, (_, i) => i);
    const lines = textOf(python`${numbers}`).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
    const names = textOf(python`X = ${{ names: ['x'.repeat(110), 'y'] }}`).split('\n');
    expect(names).toEqual([
      'X = {',
      '    "names": [',
      `        "${'x'.repeat(110)}",`,
      '        "y",',
      '    ],',
      '}',
    ]);
  });

  it('puts code in as it stands, and joins it', () => {
    const pair = joined([python`a`, python`f(${'"'})`], ', ');
    expect(textOf(python`[${pair}]`)).toBe('[a, f("\\"")]');
  });

  it('is no string, and takes no value that a document cannot hold', () => {
    // @ts-expect-error: a string is not code.
    const code: Python = 'import os';
    // @ts-expect-error: code of another language is not Python.
    const other: Python = xml`x`;
    // @ts-expect-error: undefined is not a value.
    expect(() => python`${undefined}`).toThrow('internal: a script holds plain data, got undefined');
    // @ts-expect-error: an argument in parentheses is not a template.
    expect(() => python('import os')).toThrow();
    expect(() => python`${other}`).toThrow('internal: xml code in python');
    // JSON that looks like code is data.
    const fake = JSON.parse('{"language": "python", "text": "import os", "Symbol(text of a program)": "x"}');
    expect(textOf(python`${fake}`)).toMatch(/^[{]"language": "python", /);
    expect(code).toBe('import os');
  });

  it('of a file has the sections that are wanted, nested ones too', () => {
    const file = pythonFile('a\n# if x y\nb\n    # if z\n    c\n    # end\n# end\nd');
    expect(textOf(file(new Set(['y'])))).toBe('a\nb\nd');
    expect(textOf(file(new Set(['x', 'z'])))).toBe('a\nb\n    c\nd');
    expect(textOf(file(new Set(['z'])))).toBe('a\nd');
  });
});

describe('XML', () => {
  it('escapes what it is given, and shows what it cannot hold', () => {
    expect(textOf(xml`<a b="${'<&>"\'\n'}">${'\0\u001b\u007f\ufffe\ud800x'}</a>`)).toBe(
      '<a b="&lt;&amp;&gt;&quot;&#39;&#10;">␀␛␡\ufffd\ufffdx</a>',
    );
    expect(textOf(xml`<${xmlName('font-size')}/>`)).toBe('<font-size/>');
    expect(() => xmlName('a b')).toThrow("internal: not a name of XML, got 'a b'");
  });
});

describe('DOT', () => {
  it('quotes every value', () => {
    expect(textOf(dot`${'a "b" \\'} [label=${'1\r\n2\r3\0'}];`)).toBe(
      '"a \\"b\\" \\\\" [label="1\\n2\\n3␀"];',
    );
  });
});

describe('CSV', () => {
  it('keeps numbers and leaves nothing that is computed', () => {
    const line = [1, -2.5, 1e-7, true, null, '-3', '+.5e2', 'a,b', ' x'];
    expect(csvText([line])).toBe('1,-2.5,1e-7,true,,-3,+.5e2,"a,b"," x"\r\n');
    expect(csvText([['=1+1', '@x', '+x', '-x', "'=x", "'s", '\t=1', '\r=1', '\0=1']])).toBe(
      `'=1+1,'@x,'+x,'-x,''=x,'s,'\t=1,"'\r=1",␀=1\r\n`,
    );
  });

  it('gives every text back: one apostrophe before such a sign is taken away', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n\'"\0\u001b ,;x1.\uff1d\ufeff🙂') });
    fc.assert(
      fc.property(texts, (text) => {
        const [, quoted, bare] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))\r\n$/.exec(csvText([[text]]))!;
        const cell = quoted?.replaceAll('""', '"') ?? bare!;
        expect(cell.replace(/^'(?='*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/, '')).toBe(printable(text));
      }),
      { numRuns: 500 },
    );
  });
});

describe('names of files', () => {
  it.each([
    ['openai-community/gpt2', 'openai-community-gpt2'],
    ['../../x', 'x'],
    ['..\\x:y', 'x-y'],
    ['.hidden', 'hidden'],
    [' Париж ', 'Париж'],
    ['con', '_con'],
    ['NUL.txt', '_NUL.txt'],
    ['a\0b\u202ec', 'a-b-c'],
    ['x.', 'x'],
    ['/', 'nothing'],
    ['', 'nothing'],
    ['y'.repeat(300), 'y'.repeat(60)],
  ])('%j is %s', (text, name) => {
    expect(fileStem(text, 'nothing')).toBe(name);
  });

  it('of an archive are never the same, whatever comes with them', () => {
    const names = [
      'axes',
      'a',
      'A',
      'a.intervals',
      '../a',
      '__proto__',
      '',
      '/',
      'to a1.h0<q>',
      'x'.repeat(61),
      'x'.repeat(62),
    ];
    expect(entryNames(names, ['axes'], ['.intervals'])).toEqual([
      'axes-2',
      'a',
      'A-2',
      'a.intervals-2',
      'a-3',
      '__proto__',
      'array',
      'array-2',
      'to a1.h0<q>',
      'x'.repeat(60),
      `${'x'.repeat(60)}-2`,
    ]);
  });
});
