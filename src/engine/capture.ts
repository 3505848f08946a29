/**
 * Converts a request for sites' values to runs: the prompts that its edits read, and `run`, which
 * has the captures.
 */
import type { Run } from '../forward/request/types';
import type { CaptureRequest } from './api';

export function captureRuns({ sites, heads, pool, prompts = {}, ...rest }: CaptureRequest): Run[] {
  const captures = sites.map((site) => ({ site, ...(heads && { heads }), ...(pool && { pool }) }));
  const others = Object.entries(prompts).map(([id, tokens]): Run => ({ id, tokens }));
  return [...others, { id: 'run', captures, ...rest }];
}
