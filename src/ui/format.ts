/** Amounts of runs and downloads: '37,800', '2 min 5 s', '3.2 MB'. */
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

/** '870 B', '23 KB', '3.2 MB', '548 MB', '1.8 GB': powers of 1000. */
export function byteCount(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  // Rounds first, so that 999,999 bytes are 1 MB.
  const rounded = Number(bytes.toPrecision(bytes < 1e5 ? 2 : 3));
  if (rounded < 1e5) return `${format('.2~r')(rounded / 1e3)} KB`;
  if (rounded < 1e7) return `${format('.2~r')(rounded / 1e6)} MB`;
  if (rounded < 1e9) return `${format(',.0f')(rounded / 1e6)} MB`;
  return `${rounded < 1e10 ? format('.2~r')(rounded / 1e9) : format(',.0f')(rounded / 1e9)} GB`;
}

/** 'about 40 s'; 'under 1 s' stays. */
export function about(seconds: number): string {
  return seconds < 1 ? duration(seconds) : `about ${duration(seconds)}`;
}

/** A number of floating point operations: '164 GFLOP'. */
export function flops(operations: number): string {
  return `${format('.3~s')(operations)}FLOP`.replace(/([a-zA-Z]+)$/, ' $1');
}
