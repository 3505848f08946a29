/** Runs the backward pass of a finished run, and collects the gradients that it asked for. */
import { canonicalKey, findSite } from '../../../model/sites';
import { LOGITS } from '../../../model/siteKinds';
import type { Tensor } from '../../request/contract';
import type { ResolvedCut, ResolvedEdit, ResolvedGradients } from '../../request/resolved';
import { firstBlockOf } from '../../plan/stages';
import { captured } from '../capture';
import { sum } from '../math';
import { cutBackward } from './cuts';
import { editBackward, taken } from './edits';
import { transformerBackward } from './model';
import { type BackwardPass, type Finished, type SiteValues, unmasked } from './pass';
import { cotangent, meanSeed } from './seed';

/** d seed / d site for every site asked for, by its name. */
export function gradientsOf(
  { seed, of, frozen }: ResolvedGradients,
  { pass, values, kept }: Finished,
): Record<string, Tensor> {
  const { spec, weight, T } = pass;
  const gradients: Record<string, Tensor> = {};
  const keyOf = (name: string) => canonicalKey(spec, findSite(spec, name));
  const valuesOf = (name: string): SiteValues => values.get(keyOf(name))!;

  const arrived = new Map<string, Float64Array>();
  if ('mean' in seed) arrived.set(LOGITS, meanSeed(seed.mean, valuesOf(LOGITS).after, spec.dVocab));
  else arrived.set(seed.at.key, cotangent(spec, seed, T));
  const arrivedAt = (key: string): Float64Array => {
    const g = arrived.get(key) ?? new Float64Array(values.get(key)!.after.length);
    arrived.set(key, g);
    return g;
  };

  const at: BackwardPass['at'] = (name, fromReaders) => {
    const key = keyOf(name);
    if (name !== key) return fromReaders;
    const more = arrived.get(key);
    let g = more ? sum(fromReaders, more) : fromReaders;
    for (const asked of of) if (asked.key === key) gradients[asked.site.name] = captured(spec, asked, g, T);
    const width = g.length / T;
    for (const applied of valuesOf(name).edits.toReversed()) {
      const { edit } = applied;
      if (isCut(edit)) cutBackward(edit, g, width, { spec, weight }, arrivedAt);
      if (edit.source?.kind === 'unmasked') {
        const before = arrived.get(unmasked(key));
        const here = taken(applied, g, width, kept);
        arrived.set(unmasked(key), before ? sum(before, here) : here);
      }
      g = editBackward(applied, g, width, kept);
    }
    return g;
  };

  const arriving = (name: string) => arrived.get(name);
  const first = firstBlockOf(spec, of);
  transformerBackward({ ...pass, values: valuesOf, at, arriving, frozen }, first);
  return gradients;
}

const isCut = (edit: ResolvedEdit): edit is ResolvedEdit & { readonly cut: ResolvedCut } =>
  edit.cut !== undefined;
