/**
 * Names with ids, as stored in files. Parsed by plain loops: a schema takes seconds for a quarter
 * of a million entries.
 */
import { z } from 'zod';

/** Largest allowed id. */
const LARGEST_ID = 2 ** 24;
export const id = z.number().int().min(0).max(LARGEST_ID);

const isId = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LARGEST_ID;

/** {name: id} -> map; a map passes through. Keeps every name, including '__proto__'. */
export const idsByName = z
  .custom<object>(
    (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
    'wrong value',
  )
  .transform((names, context): ReadonlyMap<string, number> => {
    if (names instanceof Map) return names;
    const idOf = new Map<string, number>();
    for (const name of Object.keys(names)) {
      const value: unknown = (names as Record<string, unknown>)[name];
      if (!isId(value)) {
        context.addIssue({ code: 'custom', path: [name], message: 'wrong value' });
        return z.NEVER;
      }
      idOf.set(name, value);
    }
    return idOf;
  });

/** [[name, score], ...]: a name's id is its index. */
export const scoredNames = z
  .custom<readonly (readonly [string, number])[]>(Array.isArray, 'wrong value')
  .check((checked) => {
    const at = checked.value.findIndex(
      (entry: unknown) =>
        !Array.isArray(entry) ||
        entry.length !== 2 ||
        typeof entry[0] !== 'string' ||
        !Number.isFinite(entry[1]),
    );
    if (at === -1 && checked.value.length > 0) return;
    checked.issues.push({
      code: 'custom',
      path: at === -1 ? [] : [at],
      message: 'wrong value',
      input: checked.value,
    });
  });
