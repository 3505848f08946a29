/**
 * Divergences of rows of logits from references as steps. References are rows kept by an earlier
 * sweep, or given.
 */
import { METRIC_WORDS } from '../../gpu/kernels/edits';
import { push } from '../../util/lists';
import type { Member } from '../plan/sweep';
import type { KlReference } from '../request/types';
import { type Ctx, declare, dispatch, table } from './context';
import { type Kept, placeFor, wholeSlot } from './slots';
import { eachMetric } from './metricRows';
import { samplesOf } from './rows';

/** Key of the logits that later sweeps use as references. */
const REFERENCES = 'references';

/**
 * Rows [first, first + rows) of logits are in the tensor 'logits'; keeps those that later sweeps
 * use as references.
 */
export function keepReferences(ctx: Ctx, [first, rows]: readonly [number, number]): void {
  const { sweep, steps } = ctx;
  const V = ctx.spec.dVocab;
  const to = `cache.${sweep.index}.${REFERENCES}`;
  const places = new Map<string, number>();
  let size = 0;
  for (const [m, positions] of sweep.references.entries()) {
    const member = sweep.members[m]!;
    for (const t of positions ?? []) {
      places.set(`${m}@${t}`, size);
      for (let s = 0; s < samplesOf(member); s++) {
        const row = ctx.rows.first(m, t) + s * ctx.rows.step(m, t) - first;
        if (row < 0 || row >= rows) continue;
        const label = `keep logits of ${member.run.id}`;
        const [fromOffset, toOffset] = [4 * V * row, 4 * V * (size + s)];
        steps.push({ type: 'copy', label, from: 'logits', fromOffset, to, toOffset, bytes: 4 * V });
      }
      size += samplesOf(member);
    }
  }
  if (size === 0) return;
  declare(ctx, to, 'cache', size * V);
  const at: Kept['at'] = ({ index }, t) => ({ first: places.get(`${index}@${t}`)!, step: 1 });
  ctx.kept.set(REFERENCES, { key: REFERENCES, slot: wholeSlot(to, V), rows: to, at });
}

/** Writes the divergences of those rows that have one to `metrics`, beside their other numbers. */
export function compare(ctx: Ctx, [first, rows]: readonly [number, number], metrics: string): void {
  const V = ctx.spec.dVocab;
  const pairs = new Map<string, [row: number, reference: number][]>();
  eachMetric(ctx, ({ member, metric, first: at, step, samples }) => {
    if (!metric.kl) return;
    const { tensor, place } = referenceOf(ctx, member, metric.kl, metric.row);
    for (let s = 0; s < samples; s++) {
      const row = at + s * step - first;
      if (row >= 0 && row < rows) push(pairs, tensor, [row, place.first + s * place.step]);
    }
  });
  for (const [tensor, list] of pairs) {
    const id = table(ctx, `divergence.${tensor}.${first}`, () => Uint32Array.from(list.flat()));
    const out = { id: metrics, offset: 4 * METRIC_WORDS * first };
    dispatch(ctx, 'divergence', {
      label: 'divergence',
      buffers: [id, tensor, 'logits', out],
      params: { row0: 0, rows: list.length, V },
    });
  }
}

function referenceOf(ctx: Ctx, member: Member, reference: KlReference, row: number) {
  if (reference.kind === 'given') {
    const { logProbs } = reference;
    const tensor = table(ctx, `given.${givenIndex(ctx, logProbs)}`, () => Float32Array.from(logProbs));
    return { tensor, place: { first: 0, step: 0 } };
  }
  const from = ctx.memberOf(reference.run, member.begin);
  const kept = ctx.earlier(from.sweep, REFERENCES);
  return { tensor: kept.slot.tensor, place: placeFor(kept, from, member, row) };
}

/** Index of given log-probabilities among those used by the sweep, by identity. */
function givenIndex({ sweep }: Ctx, logProbs: readonly number[]): number {
  const lists = sweep.members.map(({ run }) => run.metric?.kl);
  return lists.findIndex((kl) => kl?.kind === 'given' && kl.logProbs === logProbs);
}
