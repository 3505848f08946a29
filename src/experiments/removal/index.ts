/** What is left of a class while parts of its pictures are removed, in several ways. See docs/removal.md. */
import { largestIds } from '../../util/largest';
import { pictureOf } from '../image/picture';
import { partOf, scoresOf } from '../image/scores';
import type { NetExperiment, NetLab } from '../net/experiment';
import { removalFindings } from './findings';
import { measurePicture, type PictureFound, partsOf } from './picture';
import { type Removal, type RemovalSpec, REMOVALS, removalQuestion } from './spec';

/** Part of the work that finds out which pictures the net gets right. */
const FIRST = 0.02;

export const removal: NetExperiment<RemovalSpec> = {
  ...removalQuestion,
  async measure(asked, lab) {
    const spec = { ...asked, maps: [...new Set(asked.maps)] };
    const ways = (Object.keys(REMOVALS) as Removal[]).filter(
      (way) => spec.removals.includes(way) && (way !== 'layer-mask' || lab.net.unmaskable === null),
    );
    if (ways.length === 0) throw new Error(lab.net.unmaskable!);
    const said = await likeliest(lab);
    const right = said.flatMap((id, i) => (id === spec.class ? [i] : []));
    if (right.length === 0)
      throw new Error(
        `removal: no picture that the net gets right, got ${said.length}, expected at least 1 of ${spec.name}.`,
      );
    const scores = scoresOf(lab, spec);
    const parts = right.length * partsOf(spec, lab.net, ways);
    let part = 0;
    const next = (doing: string) => partOf({ doing, share: [FIRST, 1] }, part++, parts);
    const found: PictureFound[] = [];
    const findings = () =>
      removalFindings({
        spec,
        lab,
        ways,
        found,
        first: right[0]!,
        size: pictureOf(lab, spec, lab.images[right[0]!]!),
        skipped: said.flatMap((id, i) =>
          id === spec.class
            ? []
            : [{ case: i, label: spec.images[i]!.name, reason: `the net says ${lab.label(id)}` }],
        ),
      });
    for (const index of right) {
      found.push(await measurePicture({ spec, lab, scores, ways, next }, index));
      if (found.length < right.length) lab.show(findings());
    }
    return findings();
  },
};

/** The class that the net gives each picture. */
async function likeliest({ net, images, classes, ask }: NetLab): Promise<number[]> {
  const site = net.sites.at(-1)!.name;
  const runs = images.map((_, image) => ({ id: `picture ${image}`, image }));
  const { data } = (await ask({ runs, doing: 'pictures', share: [0, FIRST] }))[site]!;
  return images.map((_, i) => largestIds(data.subarray(i * classes!, (i + 1) * classes!), 1)[0]!);
}
