import { about, byteCount } from '../ui/format';
import type { StatusState } from './stores/status';

/** What the engine is doing, in a few words. */
export function statusText(state: StatusState): string {
  const { phase, environment, opening, run, gpuMissing } = state;
  switch (phase) {
    case 'starting':
      return 'Starting';
    case 'loading': {
      if (!opening || opening.loadedBytes === 0) return 'Loading the model';
      const of = opening.totalBytes === null ? '' : ` of ${byteCount(opening.totalBytes)}`;
      return `Loading: ${byteCount(opening.loadedBytes)}${of}`;
    }
    case 'running':
      return run?.cancelling ? 'Cancelling' : 'Running';
    case 'recovering':
      return 'The graphics device was lost: recovering';
    case 'cancelled':
      return 'Cancelled, what was finished is kept';
    case 'failed':
      return 'No model is open';
    case 'done':
    case 'ready': {
      if (gpuMissing !== null) return 'No WebGPU: findings can be read, not run';
      const where = environment
        ? ` on ${environment.adapter}${environment.isFallback ? ', software' : ''}`
        : '';
      return `${phase === 'done' ? 'Done' : 'Ready'}${where}`;
    }
  }
}

/** 'about 12 s left'. */
export function timeLeft(seconds: number | null): string {
  return seconds === null ? 'estimating' : `${about(seconds)} left`;
}
