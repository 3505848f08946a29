/** Whether two findings are independent, so that their difference has an interval. */
import { z } from 'zod';
import type { Figure, ResultDocument } from './document';

type Placed = readonly [document: Pick<ResultDocument, 'spec'>, figure: Figure];

const noisy = z.object({ corruption: z.object({ type: z.literal('noise'), seed: z.number() }) });
const prompted = z.object({ cases: z.array(z.object({ prompt: z.string() })) });

/** One sentence: why A - B has no interval; null if it has one. */
export function whyDependent(a: Placed, b: Placed): string | null {
  const reason = reasonOf(a, b);
  return reason && `A − B has no interval: ${reason}.`;
}

function reasonOf(a: Placed, b: Placed): string | null {
  const sides = [a, b] as const;
  const [hasA, hasB] = sides.map(([, { intervals, rule }]) => intervals !== undefined && rule !== undefined);
  if (!hasA || !hasB) return hasA ? 'B has none' : hasB ? 'A has none' : 'A and B have none';
  const [seedA, seedB] = sides.map(([{ spec }]) => noisy.safeParse(spec).data?.corruption.seed);
  if (seedA !== undefined && seedA === seedB)
    return 'both draw the same noise, so they are not independent. Ask one again with another seed';
  const [noiseA, noiseB] = sides.map(([, { varies }]) => varies?.what === 'noise draws');
  if (noiseA !== noiseB) return 'other things vary in A than in B';
  if (noiseA) return null;
  const [ours, theirs] = sides.map(([{ spec }]) => prompted.safeParse(spec).data?.cases);
  if (!ours || !theirs) return 'what varies in the two is not known';
  const shared = ours.filter(({ prompt }) => theirs.some((other) => other.prompt === prompt)).length;
  if (shared === 0) return null;
  return `${shared === 1 ? 'a prompt is' : `${shared} prompts are`} in both, so they are not independent`;
}
