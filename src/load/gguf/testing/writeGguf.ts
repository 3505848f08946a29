/** GGUF files for tests: version 3, little-endian, alignment 32. */
import type { GgufValue } from '../parse';

export interface TensorToWrite {
  readonly name: string;
  /** ggml's type number. */
  readonly type: number;
  /** Outermost axis first. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Writes integers as u32 (negative ones as i32), other numbers as f32. */
export function writeGguf(metadata: ReadonlyMap<string, GgufValue>, tensors: readonly TensorToWrite[]): Blob {
  const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
  const u64 = (value: number | bigint) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
  const text = (value: string) => {
    const bytes = Buffer.from(value);
    return Buffer.concat([u64(bytes.length), bytes]);
  };
  const typeOf = (value: GgufValue): number => {
    if (typeof value === 'string') return 8;
    if (typeof value === 'boolean') return 7;
    if (typeof value === 'bigint') return 10;
    if (typeof value === 'object') return 9;
    return Number.isInteger(value) ? (value < 0 ? 5 : 4) : 6;
  };
  const value = (one: GgufValue, type: number): Buffer => {
    if (typeof one === 'string') return text(one);
    if (typeof one === 'boolean') return Buffer.of(Number(one));
    if (typeof one === 'bigint') return u64(one);
    if (typeof one === 'number') {
      return type === 6 ? Buffer.from(Float32Array.of(one).buffer) : u32(one >>> 0);
    }
    // One type per list: a fraction makes all entries floats, a negative number makes them signed.
    const types = one.map(typeOf);
    const entry = [6, 5].find((number) => types.includes(number)) ?? types[0] ?? 4;
    return Buffer.concat([u32(entry), u64(one.length), ...one.map((x) => value(x, entry))]);
  };
  const pad = (length: number) => Buffer.alloc((32 - (length % 32)) % 32);
  let offset = 0;
  const infos = tensors.map(({ name, type, shape, bytes }) => {
    const info = [text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(type), u64(offset)];
    offset += bytes.length + pad(bytes.length).length;
    return Buffer.concat(info);
  });
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(tensors.length),
    u64(metadata.size),
    ...[...metadata].map(([key, one]) =>
      Buffer.concat([text(key), u32(typeOf(one)), value(one, typeOf(one))]),
    ),
    ...infos,
  ]);
  const data = tensors.flatMap(({ bytes }) => [bytes, pad(bytes.length)]);
  return new Blob([new Uint8Array(Buffer.concat([header, pad(header.length), ...data]))]);
}
