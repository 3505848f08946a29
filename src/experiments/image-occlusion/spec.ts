/** The question of which pixels a class needs: fields, form and schema. */
import { choice, number } from '../contract/fields';
import { mapFields } from '../image/fields';
import { netQuestion, type NetSpecOf } from '../net/question';

const fields = {
  method: choice({
    label: 'Hide',
    choices: {
      occlusion: 'a square, at every place (occlusion)',
      rise: 'random blots (RISE)',
      lime: 'random sets of segments (LIME)',
    },
    default: 'occlusion',
  }),
  ...mapFields({ samples: 300, segments: 40, isChosen: true }),
  seeds: number({
    label: 'Seeds',
    default: 3,
    min: 1,
    max: 20,
    whole: true,
    only: { method: ['rise', 'lime'] },
  }),
};

export type ImageOcclusionSpec = NetSpecOf<typeof fields, true>;

export const imageOcclusionQuestion = netQuestion({
  kind: 'image-occlusion',
  about: {
    title: 'Occlusion of a picture',
    asks: 'Which pixels does the net need for a class?',
    group: 'part',
    short: 'Which pixels?',
    limits:
      'A hidden part becomes a colour, and the net sees that colour: some of a map may be its answer to it.',
    docs: 'image-occlusion.md',
    citation: { text: 'Petsiuk et al. 2018', url: 'https://arxiv.org/abs/1806.07421' },
  },
  takes: 'picture',
  asksClass: true,
  fields,
});
