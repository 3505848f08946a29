/** What a question about a generator draws, and how its pictures are read. */
import { z } from 'zod';
import { type Field, given, number, seed } from '../contract/fields';
import type { NetLab } from '../net/experiment';
import { elements } from '../../util/elements';
import { isGenerator, normalLatents, type Tones, tonesOf } from './pictures';

export interface DrawnQuestion {
  /** Latents to draw, by numpy's `RandomState(seed).randn`, if the net takes no pictures. */
  readonly count: number;
  readonly seed: number;
  /** Values of black and white; null: by the net's last operator. */
  readonly tones: Tones | null;
}

export const drawnFields = (count: number, begin: number) => ({
  count: number({
    label: 'Pictures to draw, for a generator',
    default: count,
    min: 2,
    max: 2000,
    whole: true,
  }),
  seed: seed('seed of the draws', begin, { isRare: true }),
  tones: given(z.tuple([z.number(), z.number()]).nullable().default(null)) as Field<Tones | null>,
});

/** What goes in: the question's pictures, or drawn latents. Throws one sentence without either. */
export function inputsOf({ net, images }: NetLab, { count, seed }: DrawnQuestion): readonly Float32Array[] {
  if (isGenerator(net)) return normalLatents(elements(net.input.shape), count, seed);
  if (images.length >= 2) return images;
  throw new Error(`pictures: too few, got ${images.length}, expected at least 2.`);
}

export const tonesFor = (lab: NetLab, { tones }: DrawnQuestion): Tones => tones ?? tonesOf(lab.net);
