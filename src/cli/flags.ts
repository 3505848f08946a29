/** Flags and arguments of one command. Anything unknown is refused in one sentence. */
import { parseArgs } from 'node:util';
import { InputError } from './errors';
import { named, quoted } from '../util/parse';

export interface FlagSpec {
  readonly type: 'string' | 'boolean';
  /** Whether it may be given several times. */
  readonly multiple?: boolean;
}

/** Flags with a value, each given at most once. */
export const texts = (...names: readonly string[]): Readonly<Record<string, FlagSpec>> =>
  Object.fromEntries(names.map((name) => [name, { type: 'string' }]));

export interface Flags {
  /** Positional arguments. */
  readonly args: readonly string[];
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  isOn(name: string): boolean;
  /** Throws InputError if the flag is missing. */
  needed(name: string): string;
  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined;
  /** An integer of at least `least`. */
  integer(name: string, least: number): number | undefined;
  /** A finite number. */
  number(name: string): number | undefined;
}

/** `names`: names of the positional arguments, all required. */
export function parseFlags(
  command: string,
  argv: readonly string[],
  known: Readonly<Record<string, FlagSpec>>,
  names: readonly string[] = [],
): Flags {
  const fail = (problem: string): never => {
    throw new InputError(`loci ${command}: ${problem}`);
  };
  const { tokens } = parseArgs({ args: [...argv], options: { ...known }, strict: false, tokens: true });
  const values = new Map<string, string[]>();
  const args: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const spec = Object.hasOwn(known, name) && rawName === `--${name}` ? known[name]! : undefined;
    const all = Object.keys(known).map((flag) => `--${flag}`);
    if (!spec)
      return fail(`unknown flag, got ${quoted(rawName)}, expected ${all.length ? all.join(', ') : 'none'}.`);
    if (spec.type === 'boolean' && value !== undefined)
      fail(`${rawName} takes no value, got ${quoted(value)}.`);
    if (spec.type === 'string' && value === undefined) fail(`${rawName} needs a value, got none.`);
    if (!inlineValue && value?.startsWith('--')) {
      fail(
        `${rawName} needs a value, got the flag ${quoted(value)}. Write ${rawName}=${named(value)} if that is the value.`,
      );
    }
    if (values.has(name) && !spec.multiple) fail(`${rawName} is given twice, expected once.`);
    values.set(name, [...(values.get(name) ?? []), value ?? '']);
  }
  if (args.length !== names.length) {
    const got = args.length === 0 ? 'nothing' : args.map((arg) => quoted(arg)).join(' ');
    fail(`wrong arguments, got ${got}, expected ${names.join(' ') || 'flags only'}.`);
  }
  const text = (name: string) => values.get(name)?.[0];
  return {
    args,
    text,
    texts: (name) => values.get(name) ?? [],
    isOn: (name) => values.has(name),
    needed: (name) => text(name) ?? fail(`--${name} is missing, got nothing, expected a value.`),
    oneOf: (name, allowed) => {
      const got = text(name);
      const found = allowed.find((value) => value === got);
      return got === undefined || found
        ? found
        : fail(`--${name}: wrong value, got ${quoted(got)}, expected ${allowed.join(' or ')}.`);
    },
    integer: (name, least) => {
      const got = text(name);
      if (got === undefined) return undefined;
      const value = Number(got);
      if (/^\d+$/.test(got) && Number.isSafeInteger(value) && value >= least) return value;
      return fail(`--${name}: wrong value, got ${quoted(got)}, expected an integer of at least ${least}.`);
    },
    number: (name) => {
      const got = text(name);
      if (got === undefined) return undefined;
      const value = got.trim() === '' ? Number.NaN : Number(got);
      return Number.isFinite(value)
        ? value
        : fail(`--${name}: wrong value, got ${quoted(got)}, expected a number.`);
    },
  };
}
