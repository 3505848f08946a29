/** The verdict on one hook site: how far our tensor is from another implementation's. */
import { compareTensors } from '../forward/compare';
import type { SiteError } from './api';

export function siteError(site: string, ours: ArrayLike<number>, theirs: ArrayLike<number>): SiteError {
  return { site, ...compareTensors(ours, theirs) };
}
