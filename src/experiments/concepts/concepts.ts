/**
 * Concepts: what a picture's pixels may show. Some follow from the pixels, some are channels of
 * another site (a segmenter within the net), some are masks that the question gives.
 */
import { z } from 'zod';
import { resizeBilinear } from '../../util/bilinear';
import { MOST } from '../../util/bounds';
import { repeated } from '../../util/lists';
import { quoted } from '../../util/parse';
import { amount, blank } from '../contract/columns';
import { given } from '../contract/fields';
import { listed } from '../contract/listed';
import { netSite, type NetSpec } from '../../model/net';
import type { Picture } from '../image/picture';
import { NAMED, type NamedConcept, namedMask } from './named';
import { expanded, givenMask } from './runs';

const MOST_CONCEPTS = 32;
const USUAL: readonly NamedConcept[] = ['red', 'green', 'blue', 'yellow'];
const name = z.string().min(1).max(200);

const channel = z.strictObject({
  name,
  site: z.string().max(MOST.text),
  channel: z.number().int().nonnegative(),
  /** The concept is where the channel, enlarged to the picture, is above this. */
  above: z.number(),
});

const drawn = z.strictObject({
  name,
  /** One for each picture, in their order. */
  masks: z.array(givenMask).min(1).max(MOST.samples),
});

export const conceptFields = {
  concepts: given(z.array(z.enum(Object.keys(NAMED) as NamedConcept[])).default([...USUAL]), {
    kind: 'multichoice',
    label: 'Concepts',
    choices: listed(NAMED),
    default: USUAL,
    least: 0,
  }),
  channels: given(z.array(channel).max(MOST_CONCEPTS).default([]), {
    kind: 'rows',
    label: 'Channels of another site as concepts',
    each: 'concept',
    columns: [
      blank('text', 'name'),
      blank('text', 'site'),
      amount('channel', 'channel', 0, { min: 0 }),
      amount('above', 'above', 0),
    ],
    default: null,
    isRare: true,
  }),
  masks: given(z.array(drawn).max(MOST_CONCEPTS).default([])),
};

export interface ConceptQuestion {
  readonly concepts: readonly NamedConcept[];
  readonly channels: readonly z.infer<typeof channel>[];
  readonly masks: readonly z.infer<typeof drawn>[];
}

export interface Concept {
  readonly name: string;
  /** A site that it is read from; null: the picture says it, or the question. */
  readonly reads: string | null;
  /** Whether the mask follows when the picture changes. */
  readonly isMeasured: boolean;
  /** `index`: of the picture. `values`: of the site that it reads, [channels, rows, columns]. */
  mask(picture: Picture, index: number, values: Float32Array | null): Uint8Array;
}

/** Throws one sentence for a site without maps, or a channel that it does not have. */
export function conceptsOf(net: NetSpec, asked: ConceptQuestion): Concept[] {
  const names = [...asked.concepts, ...[...asked.channels, ...asked.masks].map((one) => one.name)];
  const [again] = repeated(names);
  if (again !== undefined)
    throw new Error(`concepts: two have one name, got ${quoted(again)}, expected a name for each.`);
  if (names.length === 0) throw new Error('concepts: are missing, got none, expected at least one concept.');
  return [
    ...asked.concepts.map(
      (one): Concept => ({
        name: one,
        reads: null,
        isMeasured: true,
        mask: (picture) => namedMask(one, picture),
      }),
    ),
    ...asked.channels.map((one) => ofChannel(net, one)),
    ...asked.masks.map(
      (one): Concept => ({
        name: one.name,
        reads: null,
        isMeasured: false,
        mask({ height, width }, index) {
          const found = one.masks[index];
          if (found) return expanded(found, height, width);
          throw new Error(
            `concepts: '${one.name}' has no mask for picture ${index}, got ${one.masks.length} masks, expected one for each picture.`,
          );
        },
      }),
    ),
  ];
}

function ofChannel(net: NetSpec, { name, site, channel: index, above }: z.infer<typeof channel>): Concept {
  const { shape } = mapSite(net, site);
  if (index >= shape[0])
    throw new Error(`concepts: ${site} has no such channel, got ${index}, expected 0 to ${shape[0] - 1}.`);
  const cells = shape[1] * shape[2];
  return {
    name,
    reads: site,
    isMeasured: true,
    mask({ height, width }, _, values) {
      const map = values!.subarray(index * cells, (index + 1) * cells);
      const enlarged = resizeBilinear(map, [shape[1], shape[2]], [height, width]);
      return Uint8Array.from(enlarged, (value) => Number(value > above));
    },
  };
}

/** More channels than a picture has. */
const FEWEST_UNITS = 5;

/** The last site of maps that cuts the net; of any maps, if none does. Undefined: the net has none. */
export function usualSite({ sites }: NetSpec): string | undefined {
  const maps = sites.filter(
    ({ shape, lead }) => shape.length === 3 && lead === 1 && shape[0]! >= FEWEST_UNITS && shape[1]! > 1,
  );
  return (maps.findLast(({ isCut }) => isCut) ?? maps.at(-1))?.name;
}

/** A site with maps. Throws one sentence for another. */
export function mapSite(net: NetSpec, name: string): { readonly shape: readonly [number, number, number] } {
  const { shape, lead } = netSite(net, name);
  if (shape.length === 3 && lead === 1) return { shape: shape as unknown as [number, number, number] };
  throw new Error(`concepts: ${name} has no maps, got [${shape}], expected [channels, rows, columns].`);
}
