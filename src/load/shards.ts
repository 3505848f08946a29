/** The index of a checkpoint in several files. */
import { z } from 'zod';
import { isPlainName } from './fileName';
import { parseWith, quoted, tableOf } from '../util/parse';

const index = z.looseObject({ weight_map: tableOf(z.string()) });

/** Names of the shards, in order. Throws an Error for none, or a file outside the folder. */
export function shardNames(json: unknown, where: string, ending: 'safetensors' | 'bin'): string[] {
  const names = [...new Set(parseWith(index, json, where).weight_map.values())].sort();
  if (names.length === 0 || names.length > 1000)
    throw new Error(`${where}: weight_map: wrong number of files, got ${names.length}, expected 1 to 1000.`);
  const bad = names.find((name) => !(isPlainName(name) && name.endsWith(`.${ending}`)));
  if (bad !== undefined)
    throw new Error(
      `${where}: weight_map: wrong file name, got ${quoted(bad)}, expected one like 'model-00001-of-00002.${ending}'.`,
    );
  return names;
}
