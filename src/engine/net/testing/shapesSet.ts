/** The pictures beside `public/models/shapes`, as the net takes them. */
import { readFile } from 'node:fs/promises';
import type { NetSpec } from '../../../model/net';
import { scenesOf } from './scenes';

export const SHAPES = 'public/models/shapes';

export const shapesSet = (spec: NetSpec) =>
  scenesOf(async (name) => new Uint8Array(await readFile(`${SHAPES}/${name}`)), spec);
