/** The question of a dissection: a site's units, the concepts, and what is done to the units. */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import { conceptFields } from '../concepts/concepts';
import { drawnFields } from '../concepts/drawn';
import { given, number } from '../contract/fields';
import type { NetSpecOf } from '../net/question';
import type { CutRule } from './agree';

const share = z.number().min(0).max(1);

export const fields = {
  site: given(z.string().min(1).max(MOST.text), {
    kind: 'netSite',
    label: 'Units of',
    default: null,
    empty: 'the last maps that cut the net',
  }),
  ...conceptFields,
  cut: given<CutRule>(
    z
      .discriminatedUnion('by', [
        z.strictObject({ by: z.literal('quality') }),
        z.strictObject({ by: z.literal('quantile'), share }),
      ])
      .default({ by: 'quality' }),
    {
      kind: 'variant',
      label: 'A map is cut',
      tag: 'by',
      variants: [
        { value: 'quality', label: 'where it says most about the concept', fields: [] },
        {
          value: 'quantile',
          label: 'at a quantile of its own values',
          fields: [{ name: 'share', label: 'quantile', kind: 'number', default: 0.8, min: 0, max: 1 }],
        },
      ],
      default: { by: 'quality' },
      isRare: true,
    },
  ),
  units: number({ label: 'Units to switch off and on', default: 10, min: 1, max: 64, whole: true }),
  pictures: number({ label: 'Pictures on which they are', default: 32, min: 2, max: 1000, whole: true }),
  /** Edges of a part of the picture: top, left, bottom, right. */
  insert: given(
    z
      .tuple([share, share, share, share])
      .refine(([top, left, bottom, right]) => top < bottom && left < right, {
        message: 'is empty: top and left come before bottom and right',
      })
      .default([0, 0, 1, 1]),
    {
      kind: 'numbers',
      label: 'Where units are inserted: top, left, bottom, right, from 0 to 1',
      default: [0, 0, 1, 1],
      isRare: true,
    },
  ),
  ...drawnFields(200, 1),
};

export type DissectionSpec = NetSpecOf<typeof fields, false>;
