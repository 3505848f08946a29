/** Typed access to a GGUF file's metadata. A missing key or wrong type is refused by its key. */
import { type GgufValue, valueText } from './parse';

export class Metadata {
  /** `prefix` precedes the keys asked for. */
  constructor(
    private readonly values: ReadonlyMap<string, GgufValue>,
    private readonly where: string,
    private readonly prefix = '',
  ) {}

  /** The keys that begin with `prefix`, without it. */
  within(prefix: string): Metadata {
    return new Metadata(this.values, this.where, prefix);
  }

  has(key: string): boolean {
    return this.find(key) !== undefined;
  }

  /** Keys with this prefix, and their values. */
  under(prefix: string): [key: string, value: GgufValue][] {
    return [...this.values].filter(([key]) => key.startsWith(prefix));
  }

  text(key: string): string {
    const value = this.find(key);
    return typeof value === 'string' ? value : this.refuse(key, 'a text');
  }

  number(key: string): number {
    const value = this.find(key);
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
    const value = this.find(key);
    if (value === undefined) return undefined;
    return typeof value === 'boolean' ? value : this.refuse(key, 'true or false');
  }

  texts(key: string): readonly string[] {
    return this.list(key, (entry) => typeof entry === 'string', 'a list of texts');
  }

  numbers(key: string): readonly number[] {
    return this.list(key, (entry) => typeof entry === 'number', 'a list of numbers');
  }

  flags(key: string): readonly boolean[] {
    return this.list(key, (entry) => typeof entry === 'boolean', 'a list of true and false');
  }

  private list<T extends GgufValue>(
    key: string,
    isEntry: (value: GgufValue) => value is T,
    expected: string,
  ): readonly T[] {
    const value = this.find(key);
    return Array.isArray(value) && value.every(isEntry) ? value : this.refuse(key, expected);
  }

  private find(key: string): GgufValue | undefined {
    return this.values.get(this.prefix + key);
  }

  private refuse(key: string, expected: string): never {
    const value = this.find(key);
    const got = value === undefined ? 'nothing' : valueText(value);
    throw new Error(`${this.where}: ${this.prefix}${key}: wrong value, got ${got}, expected ${expected}.`);
  }
}
