/** The question of a dose and its response: what is moved, from where to where, and what is measured. */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import { conceptFields } from '../concepts/concepts';
import { drawnFields } from '../concepts/drawn';
import { choice, given, number, numbers } from '../contract/fields';
import type { NetSpecOf } from '../net/question';

const MOST_DOSES = 100;

export const fields = {
  /** Null: the net's input. */
  site: given(z.string().min(1).max(MOST.text).nullable().default(null), {
    kind: 'netSite',
    label: 'Site',
    default: null,
    empty: 'the input',
  }),
  channel: number({ label: 'Number or channel to move', default: 0, min: 0, whole: true }),
  doses: numbers({
    label: 'Values that it is set to',
    default: [-3, -2.25, -1.5, -0.75, 0, 0.75, 1.5, 2.25, 3],
    min: 2,
    max: MOST_DOSES,
  }),
  baselines: numbers({ label: 'Compared with', default: [0], min: 1, max: 3, isRare: true }),
  outcome: choice({
    label: 'Response',
    choices: {
      share: 'share of the picture that shows a concept',
      column: 'its mean column',
      row: 'its mean row',
      logit: 'the logit of a class',
    },
    default: 'share',
  }),
  ...conceptFields,
  label: number({
    label: 'Number of the class',
    default: 0,
    min: 0,
    whole: true,
    only: { outcome: ['logit'] },
  }),
  ...drawnFields(100, 1),
};

export type DoseSpec = NetSpecOf<typeof fields, false>;
