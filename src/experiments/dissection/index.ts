/** Dissection: which units of a net agree with a concept, and what becomes of it without them. */
import { range } from '../../util/range';
import { conceptsOf, mapSite, usualSite } from '../concepts/concepts';
import { inputsOf, tonesFor } from '../concepts/drawn';
import type { NetExperiment, NetFindings } from '../net/experiment';
import { netQuestion } from '../net/question';
import { effectFigures, unitFigures } from './figures';
import { shownMaps } from './maps';
import { measureEffects, type UnitEffects } from './measure';
import { agreementsFor, observe, rankedFor } from './observe';
import { type DissectionSpec, fields } from './spec';
import { findingOf, notesOf } from './words';

export const dissection: NetExperiment<DissectionSpec> = {
  ...netQuestion({
    kind: 'dissection',
    about: {
      title: 'Dissection',
      asks: 'Which units show a concept, and do they cause it?',
      group: 'part',
      short: 'Which units show it?',
      limits: 'A unit that agrees with a concept need not cause it, and many units may share a concept.',
      docs: 'dissection.md',
      citation: { text: 'Bau et al. 2019', url: 'https://arxiv.org/abs/1811.10597' },
    },
    takes: 'either',
    asksClass: false,
    fields,
    usual: ({ net }) => ({ site: usualSite(net) }),
  }),
  async measure(spec, lab) {
    mapSite(lab.net, spec.site);
    const setup = {
      spec,
      lab,
      inputs: inputsOf(lab, spec),
      tones: tonesFor(lab, spec),
      concepts: conceptsOf(lab.net, spec),
    };
    const seen = await observe(setup);
    const found = range(0, seen.maps.units).map((unit) => agreementsFor(seen, unit, spec.cut));
    const maps = shownMaps(setup, found, seen);
    const findings = (effects: readonly UnitEffects[]): NetFindings => ({
      title: `units of ${spec.site}`,
      finding: findingOf(spec, setup.concepts, found, effects),
      notes: notesOf(spec, setup.concepts, seen),
      figures: [
        ...unitFigures(spec, setup.concepts, found, seen),
        ...effectFigures(spec, effects),
        ...maps.figures,
      ],
      pictures: maps.pictures,
      measured: setup.inputs.length,
      skipped: [],
    });
    lab.show(findings([]));
    const effects: UnitEffects[] = [];
    for (const [c, concept] of setup.concepts.entries()) {
      // A given mask does not follow when the picture changes; a class's logit needs no mask.
      if (!concept.isMeasured && seen.classes === null) continue;
      effects.push(await measureEffects(setup, seen, c, rankedFor(found, c).slice(0, spec.units)));
      lab.show(findings(effects));
    }
    return findings(effects);
  },
};
