/**
 * Structure-aware mutations of JSON: most leave a value that some parser accepts. Objects may have
 * their own '__proto__' field, as `JSON.parse` makes it.
 */
import type { Random } from '../random';
import { NAMES, NUMBERS, TEXTS } from './names';

type Json = unknown;
type Parent = Json[] | Record<string, Json>;

/** The location of a value. */
interface Place {
  readonly parent: Parent;
  readonly key: string | number;
}

/** A copy of `json` with this many changes; default: one to three. */
export function mutateJson(json: Json, random: Random, changes = 1 + random.below(3)): Json {
  // Boxed, so that the root has a location too.
  const box: Json[] = [structuredCopy(json)];
  for (let i = 0; i < changes; i++) change(box, random);
  // JSON has no undefined, which a removed root would be.
  return box[0] ?? null;
}

/** As `mutateJson`, for an object that must stay one: only its fields are mutated. */
export function mutateObject(json: object, random: Random, changes?: number): object {
  const changed = mutateJson(json, random, changes);
  return changed !== null && typeof changed === 'object' ? changed : structuredCopy(json);
}

export function structuredCopy<T>(json: T): T {
  return JSON.parse(JSON.stringify(json)) as T;
}

function change(box: Json[], random: Random): void {
  const place = random.chance(0.5) ? walk(box, random) : anywhere(box, random);
  if (!place) return;
  const value = get(place);
  if (value !== null && typeof value === 'object' && random.chance(0.8))
    changeInside(value as Parent, random);
  else if (random.chance(0.75)) set(place, like(value, random));
  else changeAt(place, box, random);
}

/** Walks down from the root, so that shallow values are chosen as often as deep ones. */
function walk(box: Json[], random: Random): Place | null {
  let place: Place = { parent: box, key: 0 };
  for (;;) {
    const value = get(place);
    const keys = keysOf(value);
    if (keys.length === 0 || random.chance(0.1)) return place;
    place = { parent: value as Parent, key: random.pick(keys) };
  }
}

const MOST_PLACES = 20_000;

/** Any value, uniformly. */
function anywhere(box: Json[], random: Random): Place | null {
  const places: Place[] = [];
  const open: Parent[] = [box];
  for (let parent = open.pop(); parent && places.length < MOST_PLACES; parent = open.pop()) {
    for (const key of keysOf(parent)) {
      const place = { parent, key };
      places.push(place);
      const value = get(place);
      if (value !== null && typeof value === 'object') open.push(value as Parent);
    }
  }
  return places.length === 0 ? null : random.pick(places);
}

/** Another value of the same type. */
function like(value: Json, random: Random): Json {
  if (typeof value === 'number') {
    const near = [value + 1, value - 1, value * 2, value / 2, -value, value + 0.5];
    return random.chance(0.6) ? random.pick(near) : random.pick(NUMBERS);
  }
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') {
    const cut = random.below(value.length + 1);
    const near = [
      value.slice(0, cut),
      value + value,
      `${value.slice(0, cut)}${random.pick(TEXTS)}${value.slice(cut)}`,
    ];
    return random.chance(0.6) ? random.pick(near) : random.pick(TEXTS);
  }
  return another(random);
}

function another(random: Random): Json {
  return random.pick<Json>([null, true, random.pick(NUMBERS), random.pick(TEXTS), [], {}, [null], { a: 1 }]);
}

function changeAt(place: Place, box: Json[], random: Random): void {
  const other = anywhere(box, random);
  if (!other) return;
  switch (random.below(4)) {
    case 0:
      set(place, another(random));
      break;
    case 1:
      remove(place);
      break;
    case 2:
      set(place, structuredCopy(get(other) ?? null));
      break;
    default: {
      const [a, b] = [structuredCopy(get(place) ?? null), structuredCopy(get(other) ?? null)];
      set(place, b);
      set(other, a);
    }
  }
}

function changeInside(value: Parent, random: Random): void {
  if (Array.isArray(value)) changeList(value, random);
  else changeFields(value, random);
}

const REPEATS = [2, 10, 100, 3000];

function changeList(list: Json[], random: Random): void {
  const at = random.below(list.length);
  switch (random.below(list.length === 0 ? 1 : 6)) {
    case 0:
      list.push(another(random));
      break;
    case 1:
      list.splice(at, 1);
      break;
    case 2:
      list.splice(at, 0, structuredCopy(list[at]));
      break;
    case 3: {
      const times = random.pick(REPEATS);
      for (let i = 0; i < times; i++) list.push(structuredCopy(list[at]));
      break;
    }
    case 4:
      list.reverse();
      break;
    default: {
      const other = random.below(list.length);
      [list[at], list[other]] = [list[other], list[at]];
    }
  }
}

function changeFields(fields: Record<string, Json>, random: Random): void {
  const keys = Object.keys(fields);
  const key = keys.length === 0 ? '' : random.pick(keys);
  const copy = keys.length === 0 ? another(random) : structuredCopy(fields[key] ?? null);
  switch (random.below(keys.length === 0 ? 1 : 5)) {
    case 0:
    case 1:
      setField(fields, random.pick(NAMES), copy);
      break;
    case 2:
      setField(fields, `${key}${random.pick(TEXTS)}`, copy);
      break;
    case 3:
      delete fields[key];
      break;
    default:
      delete fields[key];
      setField(fields, random.pick(NAMES), copy);
  }
}

function keysOf(value: Json): (string | number)[] {
  if (Array.isArray(value)) return value.length > MOST_PLACES ? [0] : [...value.keys()];
  return value !== null && typeof value === 'object' ? Object.keys(value) : [];
}

function get({ parent, key }: Place): Json {
  if (Array.isArray(parent)) return parent[key as number];
  return Object.hasOwn(parent, key) ? parent[key] : undefined;
}

function set({ parent, key }: Place, value: Json): void {
  if (Array.isArray(parent)) parent[key as number] = value;
  else setField(parent, String(key), value);
}

/** Sets an own field, whatever its name. */
export function setField(fields: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(key as number, 1);
  else delete parent[key];
}
