/** From numbers of the logits back to the last residual stream. */
import { ACT } from '../../../gpu/kernels/matmul';
import { type DenseHead, denseHead } from '../../../model/denseHead';
import { LOGITS } from '../../../model/siteKinds';
import { copyRows, declare, dispatch, rowSlot } from '../context';
import { type RowMap, rowsOf } from '../rows';
import { wholeSlot } from '../slots';
import { logitsOf, tileOf } from '../unembed';
import { at } from './at';
import { allRows, type Back, clear, gradient, isUsed, kept, keptBefore } from './back';
import { normBack } from './norm';
import { projectBack } from './products';
import { seedRows, type Seeds, seedsOf } from './seeds';

/** g [R, D]: receives the gradient of what the unembedding, or the encoder's head, reads. */
export function unembedBack(back: Back, g: string): void {
  const { ctx } = back;
  const { spec } = ctx;
  clear(ctx, rowSlot(ctx, g), spec.dModel);
  if (spec.head === 'none') return;
  const seeds = seedsOf(back);
  if (isUsed(back, LOGITS)) ofAllLogits(back, seeds, g);
  else if (seeds.entries.length > 0) ofSeededLogits(back, seeds, g);
  at(back, 'unembed.hook_in', rowSlot(ctx, g));
  const dense = denseHead(spec);
  if (dense) throughDenseBack(back, g, dense);
}

/** If a run edits the logits, or asks for their gradient. */
function ofAllLogits(back: Back, seeds: Seeds, g: string): void {
  const { ctx } = back;
  const V = ctx.spec.dVocab;
  const { count } = ctx.rows;
  tileOf(ctx, count, true);
  const d = declare(ctx, 'g.logits', 'scratch', count * V);
  clear(ctx, wholeSlot(d, V), V);
  const logits = kept(back, LOGITS).tensor;
  seedRows(back, seeds, { rows: ctx.rows, first: 0, count, logits, out: d, adds: true });
  at(back, LOGITS, wholeSlot(d, V));
  scaleBack(back, keptBefore(back, LOGITS).tensor, d, count);
  projectBack(ctx, { label: 'unembed back', ...unembedding(back), g: d, out: g });
}

/** The rows of logits that the seed reads, computed again; their gradients go to their rows of g. */
function ofSeededLogits(back: Back, seeds: Seeds, g: string): void {
  const { ctx } = back;
  const { dModel: D, dVocab: V } = ctx.spec;
  const isSeeded = new Set(seeds.entries.map(({ member, scalar }) => `${member.index}.${scalar.row}`));
  const rows = ctx.rows.filter('table.rows.seeded', (m, t) => isSeeded.has(`${m}.${t}`));
  const n = rows.count;
  const tile = tileOf(ctx, n, false);
  const [logits, d] = ['seeded_logits', 'g.logits'];
  for (const id of [logits, d]) declare(ctx, id, 'scratch', tile * V);
  const [x, gX] = [gradient(ctx, 'seeded_in', D), gradient(ctx, 'seeded', D)];
  const gather = { name: 'seeded', rows: n, table: () => rowsAmong(back, rows), first: 0 };
  copyRows(ctx, 'seeded rows', gather, [kept(back, 'unembed.hook_in'), rowSlot(ctx, x)], D);
  for (let first = 0; first < n; first += tile) {
    const count = Math.min(tile, n - first);
    const offset = 4 * D * first;
    logitsOf(ctx, { id: x, offset }, count, logits);
    seedRows(back, seeds, { rows, first, count, logits, out: d, adds: false });
    scaleBack(back, logits, d, count);
    projectBack(ctx, {
      label: 'unembed back',
      ...unembedding(back),
      g: d,
      out: { id: gX, offset },
      rows: count,
    });
  }
  const pairs = () => Uint32Array.from([...rowsAmong(back, rows)].flatMap((row, i) => [row, i]));
  const scatter = { name: 'seeded.back', rows: n, table: pairs };
  copyRows(ctx, 'seeded rows back', scatter, [rowSlot(ctx, gX), rowSlot(ctx, g)], D);
}

/** The indices of some rows among all. */
function rowsAmong({ ctx }: Back, some: RowMap): Uint32Array {
  const out = new Uint32Array(some.count);
  for (const { member, positions, first } of some.segments)
    out.set(rowsOf(ctx.rows, ctx.sweep.members[member]!, positions), first);
  return out;
}

const unembedding = ({ ctx: { spec } }: Back) => ({
  K: spec.dModel,
  N: spec.dVocab,
  W: spec.tied ? 'embed.W_E' : 'unembed.W_U',
});

/** d [rows, V]: from the scaled and capped logits to the product. */
function scaleBack({ ctx }: Back, logits: string, d: string, rows: number): void {
  const { dVocab: V, logitScale, logitSoftcap } = ctx.spec;
  if (logitScale === 1 && logitSoftcap === null) return;
  const params = { row0: 0, rows, width: V, scale: logitScale, cap: logitSoftcap ?? 0 };
  dispatch(ctx, 'scale_back', { label: 'logits scale back', buffers: [logits, d], params });
}

/** An encoder's head before the unembedding: norm (if any), activation, dense. */
function throughDenseBack(back: Back, g: string, head: DenseHead): void {
  const { ctx } = back;
  const { dModel: D, headAct } = ctx.spec;
  if (head.norm !== null) normBack(back, { ln: head.norm, g });
  at(back, head.post, rowSlot(ctx, g));
  dispatch(ctx, 'activate_back', {
    label: `${head.name} act back`,
    buffers: [kept(back, head.pre).tensor, g],
    params: { row0: 0, rows: ctx.rows.count, width: D, act: ACT[headAct] },
  });
  at(back, head.pre, rowSlot(ctx, g));
  const before = gradient(ctx, 'more', D);
  projectBack(ctx, { label: `${head.name} back`, g, K: D, N: D, W: `${head.name}.W`, out: before });
  copyRows(ctx, `${head.name} back`, allRows(ctx), [rowSlot(ctx, before), rowSlot(ctx, g)], D);
}
