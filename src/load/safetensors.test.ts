import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSafetensors } from './safetensors';

type Header = Record<string, unknown>;

/** A file with this header and data. */
function fileOf(header: Header | string, data: ArrayBufferView | number): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes =
    typeof data === 'number'
      ? new Uint8Array(data)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const file = new Uint8Array(8 + text.length + bytes.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(bytes, 8 + text.length);
  return file;
}

const entry = (dtype: string, shape: unknown, begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});
const open = (file: Uint8Array<ArrayBuffer>) => openSafetensors(new Blob([file]), 'm.safetensors');

describe('safetensors', () => {
  it('reads floats, halves, bfloat16s and integers, each tensor from its own slice', async () => {
    const data = new Uint8Array(8 + 4 + 4 + 8);
    data.set(new Uint8Array(new Float32Array([1.5, -2]).buffer), 0);
    data.set(new Uint8Array(new Uint16Array([0x3c00, 0xfbff]).buffer), 8);
    data.set(new Uint8Array(new Uint16Array([0x3f80, 0xff80]).buffer), 12);
    data.set(new Uint8Array(new Int32Array([-7, 2 ** 31 - 1]).buffer), 16);
    const header = {
      __metadata__: { format: 'pt' },
      i: entry('I32', [2, 1], 16, 24),
      f: entry('F32', [2], 0, 8),
      b: entry('BF16', [1, 2], 12, 16),
      h: entry('F16', [2], 8, 12),
    };
    const file = await open(fileOf(header, data));
    expect(file.metadata).toEqual({ format: 'pt' });
    expect(await file.tensor('f')).toEqual({ dtype: 'F32', shape: [2], data: new Float32Array([1.5, -2]) });
    expect(await file.tensor('h')).toEqual({ dtype: 'F16', shape: [2], data: new Float32Array([1, -65504]) });
    expect((await file.tensor('b')).data).toEqual(new Float32Array([1, -Infinity]));
    expect(await file.tensor('i')).toEqual({
      dtype: 'I32',
      shape: [2, 1],
      data: new Int32Array([-7, 2 ** 31 - 1]),
    });
  });

  it('takes scalars, empty tensors and types that it cannot read, as long as nobody reads them', async () => {
    const header = {
      s: entry('F32', [], 0, 4),
      e: entry('F32', [0, 3], 4, 4),
      mask: entry('BOOL', [4], 4, 8),
    };
    const file = await open(fileOf(header, 8));
    expect((await file.tensor('s')).data).toHaveLength(1);
    expect((await file.tensor('e')).data).toHaveLength(0);
    await expect(file.tensor('mask')).rejects.toThrow(
      "m.safetensors: tensor 'mask': type not supported, got BOOL",
    );
    await expect(file.tensor('x')).rejects.toThrow("m.safetensors: tensor 'x' is missing, got 3 others.");
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'é', 'a b'])(
    'keeps a tensor and a metadata key named %j',
    async (name) => {
      const header = `{"__metadata__":{${JSON.stringify(name)}:"m"},${JSON.stringify(name)}:${JSON.stringify(entry('F32', [1], 0, 4))}}`;
      const file = await open(fileOf(header, new Float32Array([3])));
      expect([...file.tensors.keys()]).toEqual([name]);
      expect((await file.tensor(name)).data[0]).toBe(3);
      expect(Object.entries(file.metadata)).toEqual([[name, 'm']]);
    },
  );

  it('takes the same key in different objects, and blanks after the header', async () => {
    const header = `{"dtype":${JSON.stringify(entry('F32', [1], 0, 4))},"shape":${JSON.stringify(entry('F32', [1], 4, 8))}}   `;
    expect((await open(fileOf(header, 8))).tensors.size).toBe(2);
  });

  it('reads as many tensors as a file may have in time that grows with their number, and refuses more', async () => {
    const many = (n: number) => {
      const rows = Array.from({ length: n }, (_, i) => [`t.${i}`, entry('U8', [1], i, i + 1)]);
      return fileOf(Object.fromEntries(rows), n);
    };
    const [most, tooMany] = [many(2 ** 16), many(200_000)];
    const before = process.cpuUsage().user;
    expect((await open(most)).tensors.size).toBe(2 ** 16);
    await expect(open(tooMany)).rejects.toThrow('too many tensors, got 200000, expected at most 65536.');
    expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(4);
  });

  const f2 = entry('F32', [2], 0, 8);
  const json = JSON.stringify;
  const latin = (text: string) => {
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    const out = new Uint8Array(8 + bytes.length);
    new DataView(out.buffer).setBigUint64(0, BigInt(bytes.length), true);
    out.set(bytes, 8);
    return out;
  };
  const longHeader = new Uint8Array(64);
  new DataView(longHeader.buffer).setBigUint64(0, 2n ** 63n, true);
  it.each([
    ['nothing', new Uint8Array(3), 'is too short, got 3 bytes, expected at least 8'],
    ['a huge header', longHeader, 'wrong header length, got 9223372036854775808 bytes, expected at most 56'],
    ['no JSON', fileOf('{"a":', 0), 'header: is not valid JSON, got "{\\"a\\":"'],
    ['a list', fileOf('[1]', 0), 'wrong header, got "[1]", expected an object'],
    ['a truncated file', fileOf({ a: f2 }, 8).subarray(0, -3), 'wrong size, got '],
    ['bytes too many', fileOf({ a: f2 }, 9), 'The file has bytes that belong to no tensor.'],
    [
      'a wrong extent',
      fileOf({ a: entry('F32', [3], 0, 8) }, 8),
      'got bytes 0 to 8, expected 12 bytes for F32 [3]',
    ],
    ['an end before the begin', fileOf({ a: entry('F32', [2], 8, 0) }, 8), 'wrong extent, got bytes 8 to 0'],
    [
      'a gap',
      fileOf({ a: f2, b: entry('F32', [1], 12, 16) }, 16),
      "tensor 'b' leaves a gap after the one before",
    ],
    ['an overlap', fileOf({ a: f2, b: entry('F32', [2], 4, 12) }, 12), "tensor 'b' overlaps the one before"],
    [
      'a negative size',
      fileOf({ a: entry('F32', [-2], 0, 8) }, 8),
      'shape[0]: wrong value, got -2, expected at least 0',
    ],
    [
      'a broken size',
      fileOf({ a: entry('F32', [0.5], 0, 2) }, 2),
      'shape[0]: wrong value, got 0.5, expected an integer',
    ],
    [
      'an infinite size',
      fileOf('{"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,8]}}', 8),
      'shape[0]: wrong value',
    ],
    ['an unknown type', fileOf({ a: entry('F33', [2], 0, 8) }, 8), 'dtype: wrong value, got "F33"'],
    [
      'a missing field',
      fileOf({ a: { dtype: 'F32', shape: [2] } }, 8),
      'data_offsets: wrong value, got nothing',
    ],
    ['bad metadata', fileOf({ __metadata__: { n: 1 } }, 0), '__metadata__: n: wrong value, got 1'],
    ['a byte order mark', fileOf('\ufeff{}', 0), 'wrong header, got "\\ufeff{}", expected an object'],
    ['a blank first', fileOf(' {}', 0), 'wrong header, got " {}", expected an object that begins at its'],
    ['a line break first', fileOf('\n{}', 0), 'wrong header, got "\\n{}", expected an object'],
    ['no header at all', new Uint8Array(8), 'wrong header, got "", expected an object'],
    [
      'a name twice',
      fileOf(`{"a":${json(f2)},"a":${json(f2)}}`, 8),
      "has a key twice, got 'a', expected each once",
    ],
    [
      'a name twice, once escaped',
      fileOf(`{"a\\"":${json(f2)},"a\\u0022":${json(f2)}}`, 8),
      "has a key twice, got 'a\"'",
    ],
    ['a field twice', fileOf(`{"a":{"dtype":"F32",${json(f2).slice(1)}}`, 8), "has a key twice, got 'dtype'"],
    [
      'metadata twice',
      fileOf('{"__metadata__":{},"__metadata__":{}}', 0),
      "has a key twice, got '__metadata__'",
    ],
    ['a metadata key twice', fileOf('{"__metadata__":{"k":"1","k":"2"}}', 0), "has a key twice, got 'k'"],
    ['a half of a character', latin('{"\xff":1}'), 'header: is not valid UTF-8'],
    ['an overlong letter', latin('{"\xc1\x81":1}'), 'header: is not valid UTF-8'],
    ['a surrogate in UTF-8', latin('{"\xed\xa0\x80":1}'), 'header: is not valid UTF-8'],
  ])('refuses %s in one sentence', async (_, file, sentence) => {
    await expect(openSafetensors(file.slice().buffer, 'm.safetensors')).rejects.toThrow(sentence);
    await expect(openSafetensors(file.slice().buffer, 'm.safetensors')).rejects.toThrow(
      /^m\.safetensors: [^\n]*$/,
    );
  });

  const good = fileOf({ a: f2, b: entry('F16', [2, 2], 8, 16) }, new Float32Array([1, 2, 3, 4]));
  const outcome = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
    try {
      const file = await open(bytes);
      for (const name of file.tensors.keys()) await file.tensor(name);
      return 'read';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('refuses every truncation with a sentence of its own', async () => {
    for (let length = 0; length < good.length; length++) {
      expect(await outcome(good.slice(0, length))).toMatch(/^m\.safetensors: /);
    }
  });

  it('reads or refuses every bit flip, and throws nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(good.length * 8 - 1), { minLength: 1, maxLength: 4 }),
        fc.nat(good.length),
        async (flips, length) => {
          const bytes = good.slice();
          for (const bit of flips) bytes[bit >> 3]! ^= 1 << (bit & 7);
          expect(await outcome(bytes)).toMatch(/^(read$|m\.safetensors: )/);
          expect(await outcome(bytes.slice(0, length))).toMatch(/^(read$|m\.safetensors: )/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses any JSON as a header that describes no file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), async (header) => {
        expect(await outcome(fileOf(header, 4))).toMatch(/^m\.safetensors: /);
      }),
      { numRuns: 200 },
    );
  });
});
