/** What is measured of a run: how much of a concept its picture shows and where, or a class's logit. */
import { logitSite, type NetSpec } from '../../model/net';
import type { Concept } from './concepts';
import type { Picture } from '../image/picture';
import type { NetTensorData } from '../net/experiment';
import { madePicture, type Tones } from './pictures';

export type Outcome =
  | { readonly of: 'share' | 'row' | 'column'; readonly concept: Concept; readonly tones: Tones }
  /** Of the class. */
  | { readonly of: 'logit'; readonly label: number };

/** A row of each site that was read. */
export type Rows = Readonly<Record<string, Float32Array>>;

/** Sites that the outcome is read from. */
export function readsOf(net: NetSpec, outcome: Outcome): string[] {
  if (outcome.of === 'logit') return [logitSite(net)];
  const { reads } = outcome.concept;
  return [net.sites.at(-1)!.name, ...(reads === null ? [] : [reads])];
}

/** Null: the picture shows nothing of the concept, so that it has no place. `index`: of the picture. */
export function outcomeOf(net: NetSpec, outcome: Outcome, rows: Rows, index: number): number | null {
  if (outcome.of === 'logit') return rows[logitSite(net)]![outcome.label]!;
  const { concept, tones } = outcome;
  const picture = madePicture(net, rows[net.sites.at(-1)!.name]!, tones);
  const values = concept.reads === null ? null : rows[concept.reads]!;
  const mask = concept.mask(picture, index, values);
  return outcome.of === 'share' ? shareOf(mask) : centreOf(mask, picture, outcome.of);
}

/** Share of pixels under a mask. */
export const shareOf = (mask: Uint8Array): number =>
  mask.reduce((sum, pixel) => sum + pixel, 0) / mask.length;

/** Mean row or column of the pixels under a mask. */
function centreOf(mask: Uint8Array, { width }: Picture, along: 'row' | 'column'): number | null {
  let [sum, count] = [0, 0];
  for (const [p, pixel] of mask.entries()) {
    if (pixel === 0) continue;
    count++;
    sum += along === 'row' ? Math.floor(p / width) : p % width;
  }
  return count === 0 ? null : sum / count;
}

/** Row `i` of each tensor [runs, ...]. */
export const rowsAt = (tensors: Readonly<Record<string, NetTensorData>>, i: number): Rows =>
  Object.fromEntries(
    Object.entries(tensors).map(([site, { shape, data }]) => {
      const each = data.length / shape[0]!;
      return [site, data.subarray(i * each, (i + 1) * each)];
    }),
  );
