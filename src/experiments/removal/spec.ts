/** The question of what is left of a class while parts of its pictures are removed. */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import { check, choices, given } from '../contract/fields';
import { METHODS, type Method } from '../image/explain';
import { mapFields } from '../image/fields';
import { FILLS, type Fill } from '../image/fills';
import { netQuestion, type NetSpecOf } from '../net/question';
import { regionText } from './regions';

/** How a segment is removed: a colour in its place, or never shown to any layer. */
export const REMOVALS = { 'layer-mask': 'layer masking: no layer sees it', ...FILLS } as const;
export type Removal = 'layer-mask' | Fill;

const fields = {
  removals: choices<Removal>({
    label: 'Removed parts become',
    choices: REMOVALS,
    default: ['layer-mask', 'grey', 'mean', 'blur', 'noise'],
  }),
  maps: choices<Method>({
    label: 'Order segments by (the first also orders the curves)',
    choices: METHODS,
    default: ['occlusion'],
  }),
  ...mapFields({ samples: 200, segments: 20, isChosen: false }),
  lipschitz: check({
    label: 'Measure how far each map moves when a picture moves a little (10 more maps of each picture)',
    default: false,
    isRare: true,
  }),
  /** One for all pictures, or one each. */
  regions: given(z.array(regionText).min(1).max(MOST.cases).optional(), {
    kind: 'lines',
    label:
      'Region that should matter: rows of . and #, top to bottom, with / between; one, or one per picture',
    default: null,
    example: '..../.##./.##./....',
    isRare: true,
  }),
};

export type RemovalSpec = NetSpecOf<typeof fields, true>;

export const removalQuestion = netQuestion({
  kind: 'removal',
  about: {
    title: 'Removal of parts',
    asks: 'What is left of a class while parts of its pictures are removed?',
    group: 'part',
    short: 'What if it is removed?',
    limits:
      'Each way of removing makes pictures that no camera does; where the ways differ, so does the answer.',
    docs: 'removal.md',
    citation: { text: 'Balasubramanian & Feizi 2023', url: 'https://arxiv.org/abs/2211.14646' },
  },
  takes: 'pictures',
  asksClass: true,
  fields,
  check({ regions, images }) {
    if (regions && regions.length !== 1 && regions.length !== images.length)
      throw new Error(
        `removal: regions: wrong number, got ${regions.length}, expected 1 or ${images.length}, as there are pictures.`,
      );
  },
});
