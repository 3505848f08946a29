/** Numbers as little-endian bytes: a growing writer, and a reader that never runs past the end. */
import { concat } from '../util/concat';

export class ByteWriter {
  private readonly parts: Uint8Array[] = [];

  uint16(values: Iterable<number>): void {
    this.add(2, 'setUint16', [...values]);
  }

  float32(values: Iterable<number>): void {
    this.add(4, 'setFloat32', [...values]);
  }

  float64(values: Iterable<number>): void {
    this.add(8, 'setFloat64', [...values]);
  }

  uint32(values: Iterable<number>): void {
    this.add(4, 'setUint32', [...values]);
  }

  raw(bytes: Uint8Array): void {
    this.parts.push(bytes);
  }

  /** Eight flags to a byte, the first in the lowest bit. */
  bits(flags: readonly boolean[]): void {
    const bytes = new Uint8Array(Math.ceil(flags.length / 8));
    flags.forEach((flag, i) => {
      if (flag) bytes[i >> 3]! |= 1 << (i & 7);
    });
    this.raw(bytes);
  }

  done(): Uint8Array {
    return concat(this.parts);
  }

  private add(
    size: number,
    set: 'setUint16' | 'setUint32' | 'setFloat32' | 'setFloat64',
    values: readonly number[],
  ): void {
    const view = new DataView(new ArrayBuffer(size * values.length));
    for (const [i, value] of values.entries()) view[set](i * size, value, true);
    this.raw(new Uint8Array(view.buffer));
  }
}

export class ByteReader {
  private at = 0;
  private readonly view: DataView;

  /** `isOld`: links of versions 1 to 3. */
  constructor(
    private readonly bytes: Uint8Array,
    readonly isOld = false,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint16(count: number): number[] {
    const begin = this.take(2 * count);
    return Array.from({ length: count }, (_, i) => this.view.getUint16(begin + 2 * i, true));
  }

  float32(count: number): number[] {
    const begin = this.take(4 * count);
    return Array.from({ length: count }, (_, i) => this.view.getFloat32(begin + 4 * i, true));
  }

  float64(count: number): number[] {
    const begin = this.take(8 * count);
    return Array.from({ length: count }, (_, i) => this.view.getFloat64(begin + 8 * i, true));
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  raw(length: number): Uint8Array {
    const begin = this.take(length);
    return this.bytes.subarray(begin, begin + length);
  }

  bits(count: number): boolean[] {
    const bytes = this.raw(Math.ceil(count / 8));
    return Array.from({ length: count }, (_, i) => ((bytes[i >> 3]! >> (i & 7)) & 1) === 1);
  }

  /** Throws unless every byte has been read. */
  end(): void {
    if (this.at !== this.bytes.length) this.fail(`${this.bytes.length - this.at} bytes are left over`);
  }

  private take(length: number): number {
    const begin = this.at;
    if (length > this.bytes.length - begin) this.fail(`${length} bytes are needed at ${begin}`);
    this.at += length;
    return begin;
  }

  private fail(problem: string): never {
    throw new Error(
      `link: its numbers do not fit its table, ${problem}, expected ${this.bytes.length} in all.`,
    );
  }
}
