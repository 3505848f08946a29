/** String fields of values and zod schemas, as paths: 'figures[].axes[].labels[]'. */
import type { z } from 'zod';

export type Path = readonly (string | number)[];

/** Array indices are one field. */
export const fieldOf = (path: Path): string =>
  path
    .map((key) => (typeof key === 'number' ? '[]' : `.${key}`))
    .join('')
    .replace(/^\./, '');

/** The first occurrence of each string field. */
export function stringPlaces(value: unknown): Map<string, Path> {
  const places = new Map<string, Path>();
  const walk = (at: unknown, path: Path): void => {
    if (typeof at === 'string') {
      const field = fieldOf(path);
      if (!places.has(field)) places.set(field, path);
    } else if (Array.isArray(at)) for (const [i, item] of at.entries()) walk(item, [...path, i]);
    else if (at !== null && typeof at === 'object')
      for (const [key, item] of Object.entries(at)) walk(item, [...path, key]);
  };
  walk(value, []);
  return places;
}

export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], value);

/** A copy with the value replaced. */
export function withValue<T>(value: T, [key, ...rest]: Path, replacement: unknown): T {
  if (key === undefined) return replacement as T;
  const old = value as Record<string | number, unknown>;
  const next = withValue(old[key], rest, replacement);
  return (Array.isArray(value) ? value.with(key as number, next) : { ...old, [key]: next }) as T;
}

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly options?: readonly Schema[];
  readonly innerType?: Schema;
  readonly valueType?: Schema;
  readonly items?: readonly Schema[];
  readonly in?: Schema;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
}

type Schema = z.ZodType;

const definitionOf = (schema: Schema): Definition => schema._zod.def as unknown as Definition;

/** Wrapper schemas, with their inner key. */
const AROUND = ['optional', 'nullable', 'default', 'prefault', 'readonly', 'nonoptional', 'catch'];
const LEAVES = ['number', 'boolean', 'enum', 'literal', 'unknown', 'null', 'int'];

/** Every string field of a schema. Throws on an unknown kind of schema. */
export function schemaFields(schema: Schema, path = ''): Set<string> {
  const def = definitionOf(schema);
  const inside = (pairs: readonly (readonly [Schema, string])[]) =>
    new Set(pairs.flatMap(([part, at]) => [...schemaFields(part, at)]));
  const join = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (def.type === 'string') return new Set([path]);
  if (def.type === 'object')
    return inside(Object.entries(def.shape!).map(([key, part]) => [part, join(key)]));
  if (def.type === 'array') return inside([[def.element!, `${path}[]`]]);
  if (def.type === 'tuple') return inside(def.items!.map((part) => [part, `${path}[]`]));
  if (def.type === 'union') return inside(def.options!.map((part) => [part, path]));
  if (def.type === 'pipe') return inside([[def.in!, path]]);
  if (AROUND.includes(def.type)) return inside([[def.innerType!, path]]);
  if (def.type === 'record' && LEAVES.includes(definitionOf(def.valueType!).type)) return new Set();
  if (LEAVES.includes(def.type)) return new Set();
  throw new Error(`a schema of type '${def.type}' at ${path || 'the root'}: say here where its strings are.`);
}

/**
 * Ways to add one more of the schema's string fields: places with sample values. Lists get one
 * entry, or their neighbours' length.
 */
export function additions(schema: Schema, value: unknown, path: Path = []): { path: Path; value: unknown }[] {
  const def = definitionOf(schema);
  if (AROUND.includes(def.type)) return value == null ? [] : additions(def.innerType!, value, path);
  if (def.type === 'pipe') return additions(def.in!, value, path);
  if (def.type === 'union')
    return def.options!.flatMap((one) => (fits(one, value) ? additions(one, value, path) : []));
  if (def.type === 'array' && Array.isArray(value)) {
    const all = value.slice(0, 3).flatMap((item, i) => additions(def.element!, item, [...path, i]));
    return value.length > 0 ? all : [{ path, value: [sample(def.element!)] }];
  }
  if (def.type !== 'object' || value === null || typeof value !== 'object') return [];
  const fields = value as Record<string, unknown>;
  return Object.entries(def.shape!).flatMap(([key, part]) => {
    if (fields[key] != null) return additions(part, fields[key], [...path, key]);
    if (schemaFields(part).size === 0) return [];
    const lengths = new Set([
      1,
      ...Object.values(fields).flatMap((one) => (Array.isArray(one) ? [one.length] : [])),
    ]);
    return [...lengths].map((length) => ({ path: [...path, key], value: sample(part, length) }));
  });
}

const fits = (schema: Schema, value: unknown): boolean => schema.safeParse(value).success;

/** A sample value with all string fields. */
function sample(schema: Schema, length = 1): unknown {
  const def = definitionOf(schema);
  if (AROUND.includes(def.type)) return sample(def.innerType!, length);
  switch (def.type) {
    case 'string':
      return 'plain';
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'enum':
      return Object.values(def.entries!)[0];
    case 'literal':
      return def.values![0];
    case 'array':
      return Array.from({ length }, () => sample(def.element!));
    case 'tuple':
      return def.items!.map((item) => sample(item));
    case 'union':
      return sample(def.options![0]!);
    case 'object':
      return Object.fromEntries(
        Object.entries(def.shape!).flatMap(([key, part]) =>
          definitionOf(part).type === 'optional' && schemaFields(part).size === 0
            ? []
            : [[key, sample(part)]],
        ),
      );
    default:
      return undefined;
  }
}
