/** Which pixels a class needs, by hiding parts of a picture. See docs/image-occlusion.md. */
import { range } from '../../util/range';
import { type Explained, EXPLAIN, METHODS } from '../image/explain';
import { pictureOf, type PixelMap } from '../image/picture';
import { partOf, scoresOf, type Step } from '../image/scores';
import type { NetExperiment } from '../net/experiment';
import { occlusionFindings } from './findings';
import { type ImageOcclusionSpec, imageOcclusionQuestion } from './spec';

/** A map is shown after every so many masks. */
const SHOWN_EVERY = 256;

export const imageOcclusion: NetExperiment<ImageOcclusionSpec> = {
  ...imageOcclusionQuestion,
  async measure(spec, lab) {
    const { method, samples, seed } = spec;
    const picture = pictureOf(lab, spec, lab.images[0]!);
    const scores = scoresOf(lab, spec);
    const whole: Step = { doing: METHODS[method], share: [0, 1] };
    const [p] = await scores.of([() => picture.data], { ...whole, share: [0, 0] });
    const seeds = method === 'occlusion' ? 1 : spec.seeds;
    const found: Explained[] = [];
    const findings = (more: readonly PixelMap[], masks: number) => {
      const maps = [...found.map(({ map }) => map), ...more];
      return occlusionFindings({ spec, lab, picture, p: p!, maps, masks, strongest: found[0]?.strongest });
    };
    for (const s of range(0, seeds)) {
      let shown = 0;
      const onPart = (map: PixelMap, done: number) => {
        if (done - shown < SHOWN_EVERY || done === samples) return;
        shown = done;
        lab.show(findings([map], s * samples + done));
      };
      const how = { ...spec, seed: seed + s };
      found.push(await EXPLAIN[method](picture, { scores, how, step: partOf(whole, s, seeds), onPart }));
      if (s + 1 < seeds) lab.show(findings([], (s + 1) * samples));
    }
    return findings([], seeds * samples);
  },
};
