/** The start of a backward pass: numbers of the logits, and cotangents at sites. */
import { SEED_KINDS } from '../../../gpu/kernels/backward';
import { rowLayout } from '../../../model/sites';
import { cached } from '../../../util/cached';
import { range } from '../../../util/range';
import { isSquare } from '../../request/captures';
import type { ResolvedCapture } from '../../request/resolved';
import type { LogitScalar } from '../../request/seeds';
import type { Member } from '../../plan/sweep';
import { type Bound, dispatch, table, unread } from '../context';
import { type RowMap, samplesOf } from '../rows';
import { wholeSlot } from '../slots';
import { Words } from '../words';
import type { Back } from './back';

/** One number of one row of logits. */
interface Entry {
  readonly member: Member;
  readonly scalar: LogitScalar;
  readonly weight: number;
  /** Its row of references, which kinds kl and logits read. */
  readonly reference: number;
}

export interface Seeds {
  readonly entries: readonly Entry[];
  /** Rows of V numbers. */
  readonly references: readonly Float32Array[];
}

export function seedsOf({ ctx }: Back): Seeds {
  const V = ctx.spec.dVocab;
  const references: Float32Array[] = [];
  const known = new Map<unknown, number>();
  const referenceOf = (scalar: LogitScalar): number => {
    if (scalar.of === 'kl')
      return cached(known, scalar.logProbs, () => references.push(Float32Array.from(scalar.logProbs)) - 1);
    if (scalar.of !== 'logits') return 0;
    return cached(known, scalar.weights.join(), () => {
      const row = new Float32Array(V);
      for (const [token, weight] of scalar.weights) row[token]! += weight;
      return references.push(row) - 1;
    });
  };
  const entries = ctx.sweep.members.flatMap((member): Entry[] => {
    const { seed } = member.run.gradients!;
    if (!('mean' in seed)) return [];
    const weight = 1 / seed.mean.length;
    return seed.mean.map((scalar) => ({ member, scalar, weight, reference: referenceOf(scalar) }));
  });
  return { entries, references };
}

interface Seeding {
  /** Rows of logits and of `out`: those of these rows from the first on, `count` of them. */
  readonly rows: RowMap;
  readonly first: number;
  readonly count: number;
  readonly logits: Bound;
  readonly out: string;
  /** Whether `out` has gradient already, in every row. */
  readonly adds: boolean;
}

/** out [count, V]: the gradient of the numbers of these rows. */
export function seedRows({ ctx }: Back, { entries, references }: Seeds, to: Seeding): void {
  const V = ctx.spec.dVocab;
  const rounds: Words[] = [];
  const taken = new Map<number, number>();
  for (const { member, scalar, weight, reference } of entries)
    for (let s = 0; s < samplesOf(member); s++) {
      const row = to.rows.first(member.index, scalar.row) + s * to.rows.step(member.index, scalar.row);
      const within = row - to.first;
      if (within < 0 || within >= to.count) continue;
      const round = taken.get(within) ?? 0;
      taken.set(within, round + 1);
      rounds[round] ??= new Words();
      const words = rounds[round];
      words.u32(within);
      words.u32(SEED_KINDS[scalar.of]);
      words.u32('token' in scalar ? scalar.token : 0);
      words.f32(weight);
      words.u32(reference);
    }
  const given =
    references.length === 0 ? unread(ctx) : table(ctx, 'seed.references', () => joined(references));
  for (const [r, words] of rounds.entries())
    dispatch(ctx, 'seed', {
      label: `seed ${r}`,
      buffers: [table(ctx, `seed.${to.first}.${r}`, () => words.data), to.logits, given, to.out],
      params: { row0: 0, rows: words.length / 5, V, add: Number(to.adds || r > 0) },
    });
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(rows.length * rows[0]!.length);
  for (const [i, row] of rows.entries()) out.set(row, i * row.length);
  return out;
}

/** Lets every cotangent arrive at its site. */
export function cotangentsArrive({ ctx, arrived }: Back): void {
  const byKey = new Map<string, Float32Array>();
  for (const member of ctx.sweep.members) {
    const { tokens, gradients } = member.run;
    const { seed } = gradients!;
    if ('mean' in seed) continue;
    const { at } = seed;
    const { heads, perHead } = rowLayout(ctx.spec, at.site, ctx.sweep.T);
    const all = cached(byKey, at.key, () => new Float32Array(ctx.rows.count * heads * perHead));
    for (let s = 0; s < samplesOf(member); s++) {
      const row = (t: number) => ctx.rows.first(member.index, t) + s * ctx.rows.step(member.index, t);
      if ('values' in seed) write(all, at, seed.values, { heads, stored: perHead, T: tokens.length, row });
      else
        for (const t of at.rows ?? tokens.keys())
          all[row(t) * heads * perHead + seed.column + member.begin + s] = 1;
    }
  }
  for (const [key, data] of byKey)
    arrived.set(
      key,
      wholeSlot(
        table(ctx, `cotangent.${key}`, () => data),
        data.length / ctx.rows.count,
      ),
    );
}

interface Destination {
  readonly heads: number;
  /** Columns from head to head. */
  readonly stored: number;
  readonly T: number;
  readonly row: (position: number) => number;
}

/** Values in the shape of a capture -> rows of the site's tensor. */
function write(out: Float32Array, at: ResolvedCapture, values: readonly number[], to: Destination): void {
  const square = isSquare(at);
  const perHead = square ? to.T : to.stored;
  for (const [i, t] of (at.rows ?? range(0, to.T)).entries())
    for (let h = 0; h < to.heads; h++) {
      const from = square ? h * to.T + i : i * to.heads + h;
      for (let c = 0; c < perHead; c++)
        out[(to.row(t) * to.heads + h) * to.stored + c] = values[from * perHead + c]!;
    }
}
