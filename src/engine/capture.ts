/** A request for sites' values as a run. */
import type { Run } from '../forward/request/types';
import type { CaptureRequest } from './api';

export function captureRun({ sites, heads, pool, ...rest }: CaptureRequest): Run {
  return {
    id: 'run',
    captures: sites.map((site) => ({ site, ...(heads && { heads }), ...(pool && { pool }) })),
    ...rest,
  };
}
