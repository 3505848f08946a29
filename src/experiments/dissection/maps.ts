/** Maps of the best units over pictures that show their concepts. */
import type { Figure } from '../../results/document';
import { maxOf } from '../../util/lists';
import { range } from '../../util/range';
import type { NetFindings } from '../net/experiment';
import { bytesOf } from '../net/pixels';
import { mapsFigure } from '../concepts/maps';
import { mapOf } from './agree';
import type { Found } from './figures';
import { rankedFor, type Seen, type Setup } from './observe';

const MOST_PICTURES = 4;

export interface ShownMaps {
  readonly figures: Figure[];
  readonly pictures: NonNullable<NetFindings['pictures']>;
}

/** For each concept the first picture that shows it, of those that chose no threshold. */
export function shownMaps({ spec, concepts }: Setup, found: Found, seen: Seen): ShownMaps {
  const { maps, masks, pictures } = seen;
  const half = range(Math.floor(maps.pictures / 2), maps.pictures);
  const first = concepts.map((_, c) => half.find((i) => masks[c]![i]!.includes(1)));
  const shown = [...new Set(first.filter((i) => i !== undefined))].slice(0, MOST_PICTURES);
  const best = concepts.map((_, c) => rankedFor(found, c)[0]!);
  /** A map over the unit's largest value on these pictures. */
  const relative = (i: number, unit: number) => {
    const most = maxOf(
      shown.flatMap((one) => maxOf(mapOf(maps, one, unit))),
      0,
    );
    return mapOf(maps, i, unit).map((value) => (most > 0 ? value / most : 0));
  };
  return {
    pictures: shown.map((i) => ({
      name: spec.images[i]?.name ?? `latent ${i}`,
      ...(spec.images[i] && { sha256: spec.images[i].sha256 }),
      ...bytesOf(pictures[i]!),
    })),
    figures: shown.map((i, over) =>
      mapsFigure({
        name: `maps-${i}`,
        title: `units on ${spec.images[i]?.name ?? `latent ${i}`}`,
        axis: 'unit',
        labels: concepts.map(({ name }, c) => `${best[c]}, for ${name}`),
        unit: 'share of the unit’s largest value',
        maps: best.map((unit) => relative(i, unit)),
        size: maps.size,
        caption:
          'The unit that agrees most with each concept. The scale is each unit’s own, over the pictures shown.',
        over,
      }),
    ),
  };
}
