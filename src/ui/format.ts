/** Amounts as they are shown around a run or a download: '37,800', '2 min 5 s', '3.2 MB'. */
import { format } from 'd3-format';

/** Whole numbers with separators: 37800 -> '37,800'. */
export const count = format(',.0f');

/** 'under 1 s', '40 s', '2 min 5 s'. */
export function duration(seconds: number): string {
  if (seconds < 1) return 'under 1 s';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}

/** '3.2 MB' (10^6 bytes), '548 MB'. */
export function megabytes(bytes: number): string {
  return `${format(bytes < 1e7 ? '.2~r' : ',.0f')(bytes / 1e6)} MB`;
}

/** 'about 40 s'; 'under 1 s' is about enough. */
export function about(seconds: number): string {
  return seconds < 1 ? duration(seconds) : `about ${duration(seconds)}`;
}

/** A number of floating point operations: '164 GFLOP'. */
export function flops(operations: number): string {
  return `${format('.3~s')(operations)}FLOP`.replace(/([a-zA-Z]+)$/, ' $1');
}
