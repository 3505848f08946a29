/** The end of a sweep as steps: final norm, unembedding, and metrics. */
import { METRIC_WORDS } from '../../gpu/kernels/edits';
import { ACT } from '../../gpu/kernels/matmul';
import { type DenseHead, denseHead } from '../../model/denseHead';
import { SWEEP_TENSOR_BYTES } from '../plan/sweep';
import { type Bound, type Ctx, declare, dispatch, scratch, table, rowSlot } from './context';
import { compare, keepReferences } from './divergence';
import { eachMetric } from './metricRows';
import { norm, sum, sumAndNorm, sumToNormedStream } from './norm';
import { project } from './products';
import { copyOut } from './result';
import { isTouched } from './sites';
import { LOGITS } from '../../model/siteKinds';
import { wholeSlot } from './slots';
import { touch } from './touch';

/** Rows of logits per pass of the metric; keeps binding offsets aligned. */
const METRIC_TILE = 64;

export function unembed(ctx: Ctx): void {
  const { spec, sweep } = ctx;
  const stage = 2 * spec.nLayers;
  const last = `blocks.${spec.nLayers - 1}`;
  let x = ctx.resid;
  if (spec.placement === 'post')
    x = sumToNormedStream(ctx, stage, `${last}.ln2`, `${last}.hook_normalized_resid_post`);
  else if (spec.finalNorm) x = sumAndNorm(ctx, stage, 'ln_final');
  else sum(ctx, stage);
  if (spec.head === 'none') return;
  const dense = denseHead(spec);
  if (dense) x = throughDense(ctx, x, dense);
  touch(ctx, 'unembed.hook_in', rowSlot(ctx, x));
  const isRead = sweep.references.length > 0 || sweep.members.some(({ run }) => run.metric);
  if (isRead || isTouched(ctx, LOGITS)) logits(ctx, x);
}

/** An encoder's dense layer, activation and norm (if any) before the unembedding. */
function throughDense(ctx: Ctx, from: string, head: DenseHead): string {
  const { dModel: D, headAct } = ctx.spec;
  const [pre, post] = [scratch(ctx, 'head_pre', D), scratch(ctx, 'head_post', D)];
  const [W, b] = [`${head.name}.W`, `${head.name}.b`];
  project(ctx, { label: `${head.name} dense`, a: from, K: D, N: D, W, b, out: pre });
  touch(ctx, head.pre, rowSlot(ctx, pre));
  const params = { row0: 0, rows: ctx.rows.count, width: D, act: ACT[headAct] };
  dispatch(ctx, 'activate', { label: `${head.name} act`, buffers: [pre, post], params });
  touch(ctx, head.post, rowSlot(ctx, post));
  if (head.norm === null) return post;
  const x = scratch(ctx, 'x', D);
  norm(ctx, head.norm, post, x);
  return x;
}

function logits(ctx: Ctx, x: string): void {
  const V = ctx.spec.dVocab;
  const n = ctx.rows.count;
  const targets = metricTargets(ctx);
  const isWhole = isTouched(ctx, LOGITS);
  const tile = tileOf(ctx, n, isWhole);
  declare(ctx, 'logits', 'scratch', tile * V);
  const metrics = declare(ctx, 'metrics', 'scratch', METRIC_WORDS * n);
  for (let first = 0; first < n; first += tile) {
    const rows = Math.min(tile, n - first);
    logitsOf(ctx, { id: x, offset: 4 * ctx.spec.dModel * first }, rows, 'logits');
    if (isWhole) touch(ctx, LOGITS, wholeSlot('logits', V));
    keepReferences(ctx, [first, rows]);
    if (!targets) continue;
    dispatch(ctx, 'metric', {
      label: 'metric',
      buffers: [
        'logits',
        { id: targets, offset: 8 * first },
        { id: metrics, offset: 4 * METRIC_WORDS * first },
      ],
      params: { row0: 0, rows, V },
    });
    compare(ctx, [first, rows], metrics);
  }
  if (targets) readMetrics(ctx, metrics);
}

/** Rows of logits made at once. */
export function tileOf({ spec, options: { maxBindingBytes } }: Ctx, n: number, isWhole: boolean): number {
  const V = spec.dVocab;
  const most = isWhole ? maxBindingBytes : Math.min(maxBindingBytes, SWEEP_TENSOR_BYTES);
  const limit = Math.floor(most / (4 * V));
  const tile = limit >= n ? n : Math.floor(limit / METRIC_TILE) * METRIC_TILE;
  if (tile >= 1 && (!isWhole || tile === n)) return tile;
  throw new Error(
    `plan: logits of ${n} rows x ${V} tokens need ${4 * V * n} bytes, got a limit of ${maxBindingBytes} bytes per binding. Use fewer runs at once.`,
  );
}

/** Answer and distractor of every row; null if no run has a metric. */
function metricTargets(ctx: Ctx): string | null {
  const targets = new Uint32Array(2 * ctx.rows.count);
  let isAny = false;
  eachMetric(ctx, ({ metric, first, samples, step }) => {
    isAny = true;
    const { answer, distractor = answer } = metric;
    for (let s = 0; s < samples; s++) targets.set([answer, distractor], 2 * (first + s * step));
  });
  return isAny ? table(ctx, 'targets', () => targets) : null;
}

/** Copies all rows' metrics at once. */
function readMetrics(ctx: Ctx, metrics: string): void {
  const { result, rows } = ctx;
  eachMetric(ctx, ({ member: { run, begin, end }, first, step }) => {
    const offset = result.bytes / 4 + METRIC_WORDS * first;
    result.metrics.push({ run, samples: [begin, end], offset, step: METRIC_WORDS * step });
  });
  copyOut(ctx, metrics, [0, rows.count], METRIC_WORDS, result.bytes);
  result.bytes += 4 * METRIC_WORDS * rows.count;
}

/** out [rows, V]: the logits of rows of what the unembedding reads. */
export function logitsOf(ctx: Ctx, a: Bound, rows: number, out: string): void {
  const { dModel: D, dVocab: V, tied, bias, logitScale, logitSoftcap } = ctx.spec;
  project(ctx, {
    label: 'unembed',
    a,
    K: D,
    N: V,
    W: tied ? 'embed.W_E' : 'unembed.W_U',
    b: bias.unembed ? 'unembed.b_U' : null,
    out,
    rows,
  });
  if (logitScale === 1 && logitSoftcap === null) return;
  const params = { row0: 0, rows, width: V, scale: logitScale, cap: logitSoftcap ?? 0 };
  dispatch(ctx, 'scale', { label: 'logits scale', buffers: [out], params });
}
