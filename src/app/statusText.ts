import type { OpenProgress } from '../engine/api';
import { about, byteCount } from '../ui/format';
import type { StatusState } from './stores/status';

/** The engine's activity in a few words. */
export function statusText(state: StatusState): string {
  const { phase, environment, model, opening, run, gpuMissing } = state;
  // Also while a model reopens after a cancelled or waiting run.
  if (opening && (model === null || phase === 'loading')) return openingText(opening);
  switch (phase) {
    case 'starting':
      return 'Starting';
    case 'loading':
      return 'Loading the model';
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

function openingText({ loadedBytes, totalBytes }: OpenProgress): string {
  if (loadedBytes === 0) return 'Loading the model';
  const of = totalBytes === null ? '' : ` of ${byteCount(totalBytes)}`;
  return `Loading: ${byteCount(loadedBytes)}${of}`;
}

/** 'about 12 s left'. */
export function timeLeft(seconds: number | null): string {
  return seconds === null ? 'estimating' : `${about(seconds)} left`;
}
