/**
 * One sweep as steps: a forward pass, layer by layer, over rows that enter when an edit first reaches them. This file
 * holds the beginning (rows and embeddings) and the end (unembedding and metric); `blockEmitter.ts` the blocks.
 */
import { ACT_NONE } from '../gpu/kernels/matmul';
import { METRIC_WORDS } from '../gpu/kernels/edits';
import type { ModelSpec } from '../model/spec';
import { chunkRows } from '../weights/chunks';
import { BlockEmitter } from './blockEmitter';
import { isAttentionStage, stageCount, stagePair } from './stages';
import { type CacheLookup, type Slot, push } from './siteEmitter';
import type { SweepSteps, TensorRef } from './steps';
import type { Sweep } from './sweeps';

export interface EmitOptions {
  /** Largest bytes of one storage binding: bounds logits and splits vocabulary-sized tables. */
  readonly maxBindingBytes: number;
}

/**
 * Largest tensor that a sweep allocates by choice, however much an adapter would bind: a handful of such tensors is
 * what one trace occupies, and products of thousands of rows keep any GPU busy.
 */
export const SWEEP_TENSOR_BYTES = 2 ** 26;

/** Rows of the logits that one pass of the metric handles; keeps binding offsets aligned. */
const METRIC_TILE = 64;

export class SweepEmitter extends BlockEmitter {
  private readonly metricRows = new Map<string, number>();
  /** (sequence, position) by the stage at which they enter. */
  private readonly entering = new Map<number, { sequence: number; position: number }[]>();

  constructor(
    spec: ModelSpec,
    sweep: Sweep,
    private readonly options: EmitOptions,
    earlier: CacheLookup,
    sweepOf: ReadonlyMap<string, number>,
  ) {
    super(spec, sweep, earlier, sweepOf);
    for (const [i, { entry }] of sweep.sequences.entries()) {
      for (const [position, stage] of entry.entries()) push(this.entering, stage, { sequence: i, position });
    }
  }

  emit(): SweepSteps {
    const { spec, sweep } = this;
    this.resultBytes = 4 * METRIC_WORDS * sweep.sequences.filter((s) => s.run.metric).length;
    for (let stage = 0; stage < stageCount(spec); stage++) {
      this.enter(stage);
      if (this.rows.count === 0) continue;
      if (isAttentionStage(spec, stage)) this.attentionStage(stage / 2);
      else if (stage < 2 * spec.nLayers) this.mlpStage((stage - 1) / 2);
      else this.finalStage();
    }
    this.declare('result', 'result', Math.max(1, this.resultBytes / 4));
    return {
      index: sweep.index,
      unit: sweep.unit,
      label: `sweep ${sweep.index} '${sweep.unit}': ${sweep.sequences.length} runs, ${sweep.rows} rows`,
      tensors: [...this.tensors.values()],
      steps: this.steps,
      metricRows: this.metricRows,
      captures: this.captures,
      tokenCaptures: sweep.sequences.flatMap(({ run }) =>
        run.captures.some(({ key }) => key === 'hook_tokens') ? [run] : [],
      ),
      resultBytes: this.resultBytes,
    };
  }

  /** Appends the rows that begin at this stage: from the tables at stage 0, from the base's cache later. */
  private enter(stage: number): void {
    const { spec, sweep } = this;
    const D = spec.dModel;
    const pair = stagePair(spec, stage);
    const first = this.rows.count;
    const fresh: { row: number; token: number; position: number }[] = [];
    const loaded: { row: number; run: string; position: number }[] = [];
    for (const { sequence: i, position } of this.entering.get(stage) ?? []) {
      const { run, base } = sweep.sequences[i]!;
      const row = this.rows.count;
      this.rows.append(i, position);
      if (base) loaded.push({ row, run: base.id, position });
      else fresh.push({ row, token: run.tokens[position]!, position });
    }
    if (this.rows.count > first) {
      this.scratch(this.resid, D);
      this.scratch('delta', D);
    }
    if (fresh.length > 0) {
      const tokens = this.table(
        `tokens.${stage}`,
        fresh.flatMap(({ row, token }) => [row, token]),
      );
      for (const chunk of chunkRows('embed.W_E', spec.dVocab, D, this.options.maxBindingBytes)) {
        this.copyRows(
          'embed',
          tokens,
          fresh.length,
          { id: chunk.tensor },
          D,
          0,
          this.resid,
          D,
          0,
          D,
          chunk.first,
          chunk.rows,
        );
      }
      const places = this.table(
        `positions.${stage}`,
        fresh.flatMap(({ row, position }) => [row, position]),
      );
      this.copyRows(
        'pos_embed',
        places,
        fresh.length,
        { id: 'pos_embed.W_pos' },
        D,
        0,
        'delta',
        D,
        0,
        D,
        0,
        spec.nCtx,
      );
    }
    if (loaded.length > 0) {
      for (const [key, to] of [
        [pair.resid, this.resid],
        [pair.delta, 'delta'],
      ] as const) {
        const cached = this.earlier(sweep.baseSweep!, key);
        const table = this.table(
          `enter.${stage}.${to}`,
          loaded.flatMap(({ row, run, position }) => [row, cached.rowOf(run, position)]),
        );
        this.copyRows(
          `enter ${key}`,
          table,
          loaded.length,
          { id: cached.tensor },
          D,
          0,
          to,
          D,
          0,
          D,
          0,
          0xffffffff,
        );
      }
    }
    if (this.rows.count === 0) return;
    const slot = (tensor: string): Slot => ({ tensor, stride: D, col: 0, width: D });
    if (stage === 0) this.touch(pair.resid, slot(this.resid), stage);
    this.touch(pair.delta, slot('delta'), stage);
  }

  private finalStage(): void {
    const { spec } = this;
    const { dModel: D, dVocab: V } = spec;
    this.sumAndNorm(2 * spec.nLayers, 'ln_final');
    this.touch('unembed.hook_in', { tensor: 'x', stride: D, col: 0, width: D });
    const n = this.rows.count;
    const targets = new Uint32Array(2 * n);
    for (const [r, { sequence, position }] of this.rows.order.entries()) {
      const { metric, id } = this.sweep.sequences[sequence]!.run;
      if (metric?.row !== position) continue;
      targets.set([metric.answer, metric.distractor ?? metric.answer], 2 * r);
      this.metricRows.set(id, this.metricRows.size);
    }
    const table = this.table('targets', targets);
    this.declare('metrics', 'scratch', METRIC_WORDS * n);
    const whole = this.isTouched('unembed.hook_out');
    const { maxBindingBytes } = this.options;
    const limit = Math.floor(
      (whole ? maxBindingBytes : Math.min(maxBindingBytes, SWEEP_TENSOR_BYTES)) / (4 * V),
    );
    const tile = limit >= n ? n : Math.floor(limit / METRIC_TILE) * METRIC_TILE;
    if (tile < 1 || (whole && tile < n)) {
      throw new Error(
        `plan: logits of ${n} rows x ${V} tokens need ${4 * V * n} bytes, got a limit of ${this.options.maxBindingBytes} bytes per binding. Use fewer runs at once.`,
      );
    }
    this.declare('logits', 'scratch', tile * V);
    for (let first = 0; first < n; first += tile) {
      const rows = Math.min(tile, n - first);
      this.unembed(first, rows);
      if (whole) this.touch('unembed.hook_out', { tensor: 'logits', stride: V, col: 0, width: V });
      if (this.metricRows.size === 0) continue;
      this.dispatch(
        'metric',
        'metric',
        [
          { id: 'logits' },
          { id: table, offset: 8 * first },
          { id: 'metrics', offset: 4 * METRIC_WORDS * first },
        ],
        { row0: 0, rows, V },
        0,
      );
    }
    for (const [r, { sequence, position }] of this.rows.order.entries()) {
      const { metric, id } = this.sweep.sequences[sequence]!.run;
      if (metric?.row === position)
        this.copyOut('metrics', r, METRIC_WORDS, 1, 4 * METRIC_WORDS * this.metricRows.get(id)!);
    }
  }

  private unembed(first: number, rows: number): void {
    const { dModel: D, dVocab: V } = this.spec;
    const x: TensorRef = { id: 'x', offset: 4 * D * first };
    for (const chunk of chunkRows('embed.W_E', V, D, this.options.maxBindingBytes)) {
      const flops = 2 * rows * D * chunk.rows;
      const out = { row0: 0, rows, K: D, N: chunk.rows, oOffset: chunk.first, oStride: V };
      const w = { id: chunk.tensor };
      if (D % 4 === 0) this.dispatch('gemm_bt', 'unembed', [x, w, { id: 'logits' }], out, flops);
      else {
        this.dispatch(
          'gemm_any',
          'unembed',
          [x, w, w, { id: 'logits' }],
          {
            ...out,
            act: ACT_NONE,
            hasBias: 0,
            aOffset: 0,
            aStride: D,
            aBatch: 0,
            wOffset: 0,
            wRow: 1,
            wCol: D,
            wBatch: 0,
            biasOffset: 0,
            biasBatch: 0,
            oBatch: 0,
            batches: 1,
          },
          flops,
        );
      }
    }
  }
}
