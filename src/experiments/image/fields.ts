/** Fields of questions that make maps by hiding parts of a picture. */
import { choice, number, seed } from '../contract/fields';
import { FILLS, type Fill } from './fills';

const only = (...methods: readonly string[]) => ({ only: { method: methods } });

interface MapFields {
  /** Changed pictures of RISE and LIME, unless asked otherwise. */
  readonly samples: number;
  readonly segments: number;
  /** Whether one method is chosen in a field of its own, so that others' fields are hidden. */
  readonly isChosen: boolean;
}

/** Everything of `Explaining` (explain.ts). */
export function mapFields({ samples, segments, isChosen }: MapFields) {
  const of = (...methods: readonly string[]) => (isChosen ? only(...methods) : { isRare: true as const });
  return {
    fill: choice<Fill>({
      label: 'Hidden parts become',
      choices: FILLS,
      default: 'grey',
      ...(!isChosen && { isRare: true }),
    }),
    window: number({
      label: 'Side of the square, in percent',
      default: 25,
      min: 1,
      max: 100,
      ...of('occlusion'),
    }),
    stride: number({
      label: 'Step of the square, in percent',
      default: 8,
      min: 1,
      max: 100,
      ...of('occlusion'),
    }),
    samples: number({
      label: 'Masks per seed',
      default: samples,
      min: 2,
      max: 20_000,
      whole: true,
      ...of('rise', 'lime'),
    }),
    seed: seed('First seed', 1, { isRare: true, ...(isChosen && only('rise', 'lime')) }),
    grid: number({
      label: "Cells along a mask's side",
      default: 7,
      min: 2,
      max: 64,
      whole: true,
      isRare: true,
      ...(isChosen && only('rise')),
    }),
    keep: number({
      label: 'Share of cells kept',
      default: 0.5,
      min: 0.01,
      max: 0.99,
      isRare: true,
      ...(isChosen && only('rise')),
    }),
    segments: number({
      label: 'Segments, about',
      default: segments,
      min: 2,
      max: 400,
      whole: true,
      ...(isChosen && only('lime')),
    }),
    compactness: number({
      label: "Weight of a segment's place against its colour",
      default: 20,
      min: 0.01,
      max: 1000,
      isRare: true,
      ...(isChosen && only('lime')),
    }),
    kernelWidth: number({
      label: "Width of LIME's kernel",
      default: 0.25,
      min: 0.01,
      max: 100,
      isRare: true,
      ...(isChosen && only('lime')),
    }),
  };
}
