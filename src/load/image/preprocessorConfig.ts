/** preprocessor_config.json of the Hugging Face hub, and the labels of config.json. */
import { z } from 'zod';
import { parseJson, parseWith, quoted } from '../../util/parse';
import type { Preprocessing, Resample } from '../../model/picture';

/** Pillow's numbers. */
const RESAMPLES: readonly (Resample | null)[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', null, null];

const edge = z.number().int().min(1).max(8192);
const box = z.object({ height: edge, width: edge });
const numbers = z.union([z.number().transform((one) => [one]), z.array(z.number()).min(1).max(4)]);

const config = z.object({
  do_resize: z.boolean().default(true),
  size: z.union([edge, box, z.object({ shortest_edge: edge })]).optional(),
  resample: z.number().int().min(0).max(5).default(2),
  do_center_crop: z.boolean().default(false),
  crop_size: z.union([edge, box]).optional(),
  crop_pct: z.null().optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: numbers.default([0.5]),
  image_std: numbers.default([0.5]),
});

/** `where`: the file's name. Throws one sentence for a step that is not known here. */
export function parsePreprocessing(text: string, where: string): Preprocessing {
  const found = parseWith(config, parseJson(text, where), where);
  const { size, crop_size: crop, image_mean: mean, image_std: std } = found;
  const resample = RESAMPLES[found.resample];
  if (!resample)
    throw new Error(
      `${where}: resample: is not known here, got ${found.resample}, expected 0 to 3 (nearest, Lanczos, bilinear, bicubic).`,
    );
  if (found.do_resize && size === undefined)
    throw new Error(`${where}: size: is missing, got nothing, expected the size to resize to.`);
  if (found.do_center_crop && crop === undefined)
    throw new Error(`${where}: crop_size: is missing, got nothing, expected the size of the crop.`);
  if (std.some((value) => value === 0) || mean.length !== std.length)
    throw new Error(
      `${where}: image_std: wrong value, got ${quoted(JSON.stringify(std))}, expected as many as image_mean, none of them 0.`,
    );
  const square = (one: number | { height: number; width: number }) =>
    typeof one === 'number' ? { height: one, width: one } : one;
  return {
    resize: !found.do_resize
      ? null
      : typeof size === 'object' && 'shortest_edge' in size
        ? { shortest: size.shortest_edge }
        : square(size!),
    resample,
    crop: found.do_center_crop ? square(crop!) : null,
    scale: found.do_rescale ? found.rescale_factor : 1,
    mean: found.do_normalize ? mean : [0],
    std: found.do_normalize ? std : [1],
  };
}

const MOST_LABELS = 100_000;
const label = z.string().max(1000);
const labelled = z.object({ id2label: z.record(z.string(), label).optional() });

/** Class names from config.json (`id2label`); null if it has none. */
export function parseLabels(text: string, where: string): string[] | null {
  const { id2label } = parseWith(labelled, parseJson(text, where), where);
  if (!id2label) return null;
  const entries = Object.entries(id2label);
  const lost = entries.findIndex((_, id) => !Object.hasOwn(id2label, `${id}`));
  if (lost >= 0 || entries.length > MOST_LABELS)
    throw new Error(
      `${where}: id2label: has a gap or too many classes, got ${entries.length}, expected a name for each from 0 on, at most ${MOST_LABELS.toLocaleString('en-US')}.`,
    );
  return entries.map((_, id) => id2label[id]!);
}
