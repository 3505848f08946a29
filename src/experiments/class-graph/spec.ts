/** The question of a class graph. */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import { choice, given, number, numbers, seed } from '../contract/fields';
import type { NetSpecOf } from '../net/question';

export const fields = {
  rule: choice({
    label: 'Keep a channel if',
    choices: {
      paired: 'its effect is not 0 (paired t test, false discovery rate)',
      ahmad: 'the logit falls by 1.65 standard errors (Ahmad et al.)',
    },
    default: 'paired',
  }),
  beta: number({ label: 'Set edges to about (empty: cut them)', default: null, isRare: true }),
  seed: seed('Seed of what edges are set to', 1, { isRare: true }),
  edges: number({
    label: 'Single edges measured in each layer',
    default: 40,
    min: 0,
    max: 1000,
    whole: true,
    isRare: true,
  }),
  maps: number({ label: 'Pictures with maps', default: 2, min: 0, max: 8, whole: true }),
  /** Null: several layers. */
  at: given(z.string().max(MOST.text).nullable().default(null), {
    kind: 'netSite',
    label: 'Layer of the map',
    default: null,
    empty: 'several',
    isRare: true,
  }),
  noisy: number({
    label: 'Pictures on which the map’s stability is measured',
    default: 0,
    min: 0,
    max: 100,
    whole: true,
    isRare: true,
  }),
  draws: number({
    label: 'Draws on which the graph’s stability is measured',
    default: 0,
    min: 0,
    max: 100,
    whole: true,
    isRare: true,
  }),
  betas: numbers({
    label: 'Edges are then set to numbers from 0 up to',
    default: [0.1, 0.2, 0.3, 0.4, 0.5],
    min: 1,
    max: 60,
    isRare: true,
  }),
};

export type ClassGraphSpec = NetSpecOf<typeof fields, true>;
