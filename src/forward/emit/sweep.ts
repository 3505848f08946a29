/**
 * One sweep as steps: a forward pass, layer by layer, over rows that enter when an edit first reaches them. This file
 * holds the beginning (rows and embeddings) and the end (unembedding and metric); `attentionEmitter.ts` and
 * `mlpEmitter.ts` the blocks.
 */
import { METRIC_WORDS } from '../../gpu/kernels/edits';
import { ACT } from '../../gpu/kernels/matmul';
import type { ModelSpec } from '../../model/spec';
import { push } from '../../util/lists';
import type { EmitOptions } from './builder';
import { MlpEmitter } from './mlpEmitter';
import type { CacheLookup } from './keepEmitter';
import { isAttentionStage, isEmptyStage, stageCount, stagePair } from '../plan/stages';
import type { SweepSteps } from '../plan/steps';
import { REFERENCES, type Sweep } from '../plan/sweeps';
import type { KlReference } from '../request/types';

/**
 * Largest tensor that a sweep allocates by choice, however much an adapter would bind: a handful of such tensors is
 * what one trace occupies, and products of thousands of rows keep any GPU busy.
 */
export const SWEEP_TENSOR_BYTES = 2 ** 26;

/** Rows of the logits that one pass of the metric handles; keeps binding offsets aligned. */
const METRIC_TILE = 64;

export class SweepEmitter extends MlpEmitter {
  private readonly metricRows = new Map<string, number>();
  private readonly referenceRows = new Map<string, number>();
  private readonly given = new Map<readonly number[], string>();
  /** (sequence, position) by the stage at which they enter. */
  private readonly entering = new Map<number, { sequence: number; position: number }[]>();

  constructor(
    spec: ModelSpec,
    sweep: Sweep,
    options: EmitOptions,
    earlier: CacheLookup,
    sweepOf: ReadonlyMap<string, number>,
  ) {
    super(spec, sweep, options, earlier, sweepOf);
    for (const [i, { entry }] of sweep.sequences.entries()) {
      for (const [position, stage] of entry.entries()) push(this.entering, stage, { sequence: i, position });
    }
  }

  emit(): SweepSteps {
    const { spec, sweep } = this;
    this.resultBytes = 4 * METRIC_WORDS * sweep.sequences.filter((s) => s.run.metric).length;
    for (let stage = 0; stage < stageCount(spec); stage++) {
      if (isEmptyStage(spec, stage)) continue;
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
      compared: new Set(sweep.sequences.flatMap(({ run }) => (run.metric?.kl ? [run.id] : []))),
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
    const members = [
      { key: pair.resid, tensor: this.resid },
      ...this.deltaTensors(pair).map((tensor, i) => ({ key: pair.deltas[i]!, tensor })),
    ];
    if (this.rows.count > first) for (const { tensor } of members) this.scratch(tensor, D);
    for (const { key, tensor } of members) {
      if (fresh.length > 0) this.embed(key, tensor, stage, fresh);
      if (loaded.length === 0) continue;
      const { slot, rowOf } = this.earlier(sweep.baseSweep!, key);
      const pairs = {
        table: this.table(
          `enter.${stage}.${tensor}`,
          loaded.flatMap(({ row, run, position }) => [row, rowOf(run, position)]),
        ),
        rows: loaded.length,
      };
      this.copyRows(`enter ${key}`, pairs, slot, { tensor, stride: D, col: 0 }, D);
    }
    if (this.rows.count === 0) return;
    for (const { key, tensor } of stage === 0 ? members : members.slice(1)) {
      this.touch(key, this.rowSlot(tensor), stage);
    }
  }

  /** Rows of an embedding table: by token, by position, or the one token type. */
  private embed(
    key: string,
    tensor: string,
    stage: number,
    fresh: readonly { readonly row: number; readonly token: number; readonly position: number }[],
  ): void {
    const { spec } = this;
    const { nEmbeddings, nTokenTypes, nCtx, positions, dModel: D } = spec;
    const offset = positions.kind === 'learned' ? positions.offset : 0;
    const tables: Record<string, { weight: string; rows: number; scale: number; at: (i: number) => number }> =
      {
        hook_embed: {
          weight: 'embed.W_E',
          rows: nEmbeddings,
          scale: spec.embedScale,
          at: (i) => fresh[i]!.token,
        },
        hook_pos_embed: {
          weight: 'pos_embed.W_pos',
          rows: nCtx + offset,
          scale: 1,
          at: (i) => fresh[i]!.position + offset,
        },
        hook_token_type_embed: { weight: 'embed.W_token_type', rows: nTokenTypes, scale: 1, at: () => 0 },
      };
    const { weight, rows, scale, at } = tables[key]!;
    const pairs = this.table(
      `${key}.${stage}`,
      fresh.flatMap(({ row }, i) => [row, at(i)]),
    );
    for (const chunk of this.chunksOf(weight, rows, D)) {
      this.dispatchWeighted('embed', key, [{ id: pairs }, { id: chunk.tensor }, { id: tensor }], {
        row0: 0,
        rows: fresh.length,
        width: D,
        scale,
        srcBase: chunk.first,
        srcRows: chunk.rows,
      });
    }
  }

  private finalStage(): void {
    const { spec } = this;
    const stage = 2 * spec.nLayers;
    const last = `blocks.${spec.nLayers - 1}`;
    let x = this.resid;
    if (spec.placement === 'post') {
      this.sumToNormedStream(stage, `${last}.ln2`, `${last}.hook_normalized_resid_post`);
      x = this.resid;
    } else if (spec.finalNorm) x = this.sumAndNorm(stage, 'ln_final');
    else {
      this.sum(stage);
    }
    if (spec.head === 'none') return;
    if (spec.head === 'mlm') x = this.mlmHead(x);
    this.touch('unembed.hook_in', this.rowSlot(x));
    this.logits(x);
  }

  /** The dense layer, activation and norm between an encoder's last block and its unembedding. */
  private mlmHead(from: string): string {
    const { dModel: D, mlp } = this.spec;
    const rows = this.rows.count;
    const [pre, post, x] = [this.scratch('mlm_pre', D), this.scratch('mlm_post', D), this.scratch('x', D)];
    this.project('mlm dense', { id: from }, D, D, 'mlm_head.W', 'mlm_head.b', pre, ACT.none);
    this.touch('mlm_head.hook_pre', this.rowSlot(pre));
    const params = { row0: 0, rows, width: D, act: ACT[mlp.act] };
    this.dispatch('activate', 'mlm act', [{ id: pre }, { id: post }], params);
    this.touch('mlm_head.hook_post', this.rowSlot(post));
    this.norm('mlm_head.ln', post, x);
    return x;
  }

  private logits(x: string): void {
    const V = this.spec.dVocab;
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
        `plan: logits of ${n} rows x ${V} tokens need ${4 * V * n} bytes, got a limit of ${maxBindingBytes} bytes per binding. Use fewer runs at once.`,
      );
    }
    this.declare('logits', 'scratch', tile * V);
    for (let first = 0; first < n; first += tile) {
      const rows = Math.min(tile, n - first);
      this.unembed(x, first, rows);
      if (whole) this.touch('unembed.hook_out', { tensor: 'logits', stride: V, col: 0, width: V });
      this.keepReferences(first, rows);
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
      );
      this.compare(first, rows);
    }
    for (const [r, { sequence, position }] of this.rows.order.entries()) {
      const { metric, id } = this.sweep.sequences[sequence]!.run;
      if (metric?.row === position)
        this.copyOut('metrics', r, METRIC_WORDS, 1, 4 * METRIC_WORDS * this.metricRows.get(id)!);
    }
  }

  /** Rows of logits that later sweeps compare theirs with are kept. */
  private keepReferences(first: number, rows: number): void {
    const { references, index } = this.sweep;
    const V = this.spec.dVocab;
    const size = [...references.values()].reduce((sum, positions) => sum + positions.size, 0);
    if (size === 0) return;
    const tensor = this.declare(`cache.${index}.${REFERENCES}`, 'cache', size * V);
    for (let r = first; r < first + rows; r++) {
      const { sequence, position } = this.rows.order[r]!;
      const { id } = this.sweep.sequences[sequence]!.run;
      if (!references.get(id)?.has(position)) continue;
      const at = this.referenceRows.size;
      this.referenceRows.set(`${id}@${position}`, at);
      const [fromOffset, toOffset] = [4 * V * (r - first), 4 * V * at];
      const label = `keep logits of ${id}`;
      this.steps.push({
        type: 'copy',
        label,
        from: 'logits',
        fromOffset,
        to: tensor,
        toOffset,
        bytes: 4 * V,
      });
    }
    const rowOf = (run: string, position: number) => this.referenceRows.get(`${run}@${position}`)!;
    const slot = { tensor, stride: V, col: 0, width: V };
    this.kept.set(REFERENCES, { slot, rowOf, holds: (run, t) => this.referenceRows.has(`${run}@${t}`) });
  }

  /** Divergences of a tile of logits from references: given ones, and those of each earlier sweep. */
  private compare(first: number, rows: number): void {
    const V = this.spec.dVocab;
    const pairs = new Map<string, [number, number][]>();
    for (let r = first; r < first + rows; r++) {
      const { sequence, position } = this.rows.order[r]!;
      const { metric } = this.sweep.sequences[sequence]!.run;
      if (!metric?.kl || metric.row !== position) continue;
      const [tensor, row] = this.referenceOf(metric.kl, position);
      push(pairs, tensor, [r - first, row]);
    }
    for (const [tensor, list] of pairs) {
      const table = this.table(`divergence.${tensor}.${first}`, Uint32Array.from(list.flat()));
      const out = { id: 'metrics', offset: 4 * METRIC_WORDS * first };
      const buffers = [{ id: table }, { id: tensor }, { id: 'logits' }, out];
      this.dispatch('divergence', 'divergence', buffers, { row0: 0, rows: list.length, V });
    }
  }

  private referenceOf(reference: KlReference, position: number): [tensor: string, row: number] {
    if (reference.kind === 'given') {
      const known = this.given.get(reference.logProbs) ?? `given.${this.given.size}`;
      this.given.set(reference.logProbs, known);
      return [this.table(known, Float32Array.from(reference.logProbs)), 0];
    }
    const { slot, rowOf } = this.earlier(this.sweepOf.get(reference.run)!, REFERENCES);
    return [slot.tensor, rowOf(reference.run, position)];
  }

  private unembed(from: string, first: number, rows: number): void {
    const { dModel: D, dVocab: V, tied, bias, logitSoftcap } = this.spec;
    const a = { id: from, offset: 4 * D * first };
    const W = tied ? 'embed.W_E' : 'unembed.W_U';
    const b = bias.unembed ? 'unembed.b_U' : null;
    this.project('unembed', a, D, V, W, b, 'logits', ACT.none, rows);
    if (logitSoftcap === null) return;
    this.dispatch('softcap', 'softcap', [{ id: 'logits' }], { row0: 0, rows, width: V, cap: logitSoftcap });
  }
}
