/** Outside numbers for experiments: `reference/goldens/experiments/<model>/<name>.json`. */
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { parseWith } from '../../util/parse';

/** The parts of a golden file in `schema`. */
export async function readGolden<S extends z.ZodType>(
  model: string,
  name: string,
  schema: S,
): Promise<z.output<S>> {
  const path = `reference/goldens/experiments/${model}/${name}.json`;
  return parseWith(schema, JSON.parse(await readFile(path, 'utf8')), path);
}
