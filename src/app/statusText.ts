import type { OpenProgress } from '../engine/api';
import { about, byteCount } from '../ui/format';
import type { Phase, StatusState } from './stores/status';

const PHASES: Readonly<Record<Phase, string>> = {
  starting: 'Starting',
  loading: 'Loading the model',
  running: 'Running',
  recovering: 'The graphics device was lost: recovering',
  cancelled: 'Cancelled, what was finished is kept',
  failed: 'No model is open',
  done: 'Done',
  ready: 'Ready',
};

/** The engine's activity in a few words. */
export function statusText(state: StatusState): string {
  const { phase, environment, model, opening, run, gpuMissing } = state;
  // Also while a model reopens after a cancelled or waiting run.
  if (opening && (model === null || phase === 'loading')) return openingText(opening);
  if (run?.cancelling && phase === 'running') return 'Cancelling';
  if (phase !== 'done' && phase !== 'ready') return PHASES[phase];
  if (gpuMissing !== null) return 'No WebGPU: findings can be read, not run';
  const where = environment ? ` on ${environment.adapter}${environment.isFallback ? ', software' : ''}` : '';
  return PHASES[phase] + where;
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
