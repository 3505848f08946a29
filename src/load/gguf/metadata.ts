/** Typed access to a GGUF file's metadata. A missing key or wrong type is refused by its key. */
import { type GgufValue, valueText } from './parse';

export class Metadata {
  constructor(
    private readonly values: ReadonlyMap<string, GgufValue>,
    private readonly where: string,
  ) {}

  has(key: string): boolean {
    return this.values.has(key);
  }

  /** Keys with this prefix, and their values. */
  under(prefix: string): [key: string, value: GgufValue][] {
    return [...this.values].filter(([key]) => key.startsWith(prefix));
  }

  text(key: string): string {
    const value = this.values.get(key);
    return typeof value === 'string' ? value : this.refuse(key, 'a text');
  }

  number(key: string): number {
    const value = this.values.get(key);
    if (typeof value === 'bigint') return Number(value);
    return typeof value === 'number' ? value : this.refuse(key, 'a number');
  }

  /** Undefined if the key is absent. */
  maybeNumber(key: string): number | undefined {
    return this.has(key) ? this.number(key) : undefined;
  }

  maybeText(key: string): string | undefined {
    return this.has(key) ? this.text(key) : undefined;
  }

  isOn(key: string): boolean | undefined {
    const value = this.values.get(key);
    if (value === undefined) return undefined;
    return typeof value === 'boolean' ? value : this.refuse(key, 'true or false');
  }

  texts(key: string): readonly string[] {
    const value = this.values.get(key);
    const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'string');
    return isList ? (value as readonly string[]) : this.refuse(key, 'a list of texts');
  }

  numbers(key: string): readonly number[] {
    const value = this.values.get(key);
    const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'number');
    return isList ? (value as readonly number[]) : this.refuse(key, 'a list of numbers');
  }

  flags(key: string): readonly boolean[] {
    const value = this.values.get(key);
    const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'boolean');
    return isList ? (value as readonly boolean[]) : this.refuse(key, 'a list of true and false');
  }

  private refuse(key: string, expected: string): never {
    const value = this.values.get(key);
    const got = value === undefined ? 'nothing' : valueText(value);
    throw new Error(`${this.where}: ${key}: wrong value, got ${got}, expected ${expected}.`);
  }
}
