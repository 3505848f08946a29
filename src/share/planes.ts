/** A link's planes: a table in the JSON part, and numbers after it (codes, then exact floats). */
import { z } from 'zod';
import type { ByteReader, ByteWriter } from './bytes';
import { APART, type Plane } from './quantise';

export const planeInfo = z
  .object({
    base: z.number().int(),
    step: z.number().positive(),
    /** Exact floats are float64. */
    wide: z.literal(true).optional(),
  })
  .strict();

type Infos<Name extends string> = Partial<Record<Name, z.infer<typeof planeInfo>>>;

/** Writes the numbers in the order of `names` and returns the table. */
export function writePlanes<Name extends string>(
  names: readonly Name[],
  planes: Partial<Record<Name, Plane>>,
  numbers: ByteWriter,
): Record<string, unknown> {
  const infos = names.flatMap((name) => {
    const plane = planes[name];
    if (!plane) return [];
    numbers.uint16(plane.codes);
    const { base, step, wide, apart } = plane;
    if (wide) numbers.float64(apart);
    else numbers.float32(apart);
    return [[name, { base, step, ...(wide && { wide }) }]];
  });
  return Object.fromEntries(infos);
}

/** The inverse of `writePlanes`; `size`: codes per plane. Old readers have float64 only. */
export function readPlanes<Name extends string>(
  names: readonly Name[],
  infos: Infos<Name>,
  reader: ByteReader,
  size: (name: Name) => number,
): Partial<Record<Name, Plane>> {
  const planes: Partial<Record<Name, Plane>> = {};
  for (const name of names) {
    const info = infos[name];
    if (!info) continue;
    const codes = Uint16Array.from(reader.uint16(size(name)));
    const count = codes.filter((code) => code === APART).length;
    const apart = info.wide || reader.isOld ? reader.float64(count) : reader.float32(count);
    planes[name] = { ...info, codes, apart };
  }
  return planes;
}

/** The planes' steps by name. */
export function stepsOf(planes: Readonly<Partial<Record<string, Plane>>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(planes).flatMap(([name, plane]) => (plane ? [[name, plane.step]] : [])),
  );
}
