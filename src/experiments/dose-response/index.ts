/**
 * Dose and response: one number of a latent, or one channel of a site, is set to a range of values while
 * all else stays as drawn (Beguš et al. 2023). See docs/dose-response.md.
 */
import type { NetExperiment } from '../net/experiment';
import { netQuestion } from '../net/question';
import { doseFigures } from './figures';
import { measureDoses } from './measure';
import { type DoseSpec, fields } from './spec';
import { findingOf, notesOf } from './words';

export const doseResponse: NetExperiment<DoseSpec> = {
  ...netQuestion({
    kind: 'dose-response',
    about: {
      title: 'Dose and response',
      asks: 'How does the answer follow one number of the net?',
      group: 'change',
      short: 'What does a number do?',
      limits:
        'Values beyond those of training, and a channel that is equal everywhere, are no states of the net.',
      docs: 'dose-response.md',
      citation: { text: 'Beguš, Leban & Gero 2023', url: 'https://arxiv.org/abs/2303.10931' },
    },
    takes: 'either',
    asksClass: false,
    fields,
  }),
  async measure(spec, lab) {
    const measured = await measureDoses(spec, lab);
    return {
      title: `${measured.site} ${spec.channel}`,
      finding: findingOf(spec, measured),
      notes: notesOf(measured),
      figures: doseFigures(spec, measured),
      measured: measured.numbers.length,
      skipped: [],
    };
  },
};
