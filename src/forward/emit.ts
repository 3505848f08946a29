/**
 * One sweep as steps: the GPT-2 family's forward pass, layer by layer, over rows that enter when an edit first
 * reaches them. Sites that nobody reads or writes are fused away; a site that is written becomes a tensor of its
 * own, its edits one dispatch.
 */
import { ACT_GELU_NEW, ACT_NONE } from '../gpu/kernels/matmul';
import { BASE_ROW } from '../gpu/kernels/attention';
import { METRIC_WORDS } from '../gpu/kernels/edits';
import type { KernelName } from '../gpu/kernels';
import type { ModelSpec } from '../model/spec';
import { chunkRows } from '../weights/chunks';
import { type EditTarget, buildEditTables, editRounds } from './editTables';
import type { ResolvedEdit, ResolvedRun } from './resolve';
import { RowMap } from './rows';
import { isAttentionStage, stageCount, stagePair } from './stages';
import type { CaptureSlot, DispatchStep, Step, SweepSteps, TensorDecl, TensorRef, TensorRole } from './steps';
import { type Sweep, cacheKey } from './sweeps';

export interface EmitOptions {
  /** Largest bytes of one storage binding: bounds logits and splits vocabulary-sized tables. */
  readonly maxBindingBytes: number;
}

/** A site's tensor: row r begins at element r*stride + col. */
interface Slot {
  readonly tensor: string;
  readonly stride: number;
  readonly col: number;
  readonly width: number;
}

/** Where an earlier sweep keeps a tensor, and which row a (run, position) has in it. */
export interface Cached {
  readonly tensor: string;
  readonly slot: (key: string) => Slot;
  readonly rowOf: (run: string, position: number) => number;
}

export type CacheLookup = (sweep: number, key: string) => Cached;

/** Rows of the logits that one pass of the metric handles; keeps binding offsets aligned. */
const METRIC_TILE = 64;

export class SweepEmitter {
  private readonly steps: Step[] = [];
  private readonly tensors = new Map<string, TensorDecl>();
  private readonly captures: CaptureSlot[] = [];
  private readonly metricRows = new Map<string, number>();
  private readonly editsByKey = new Map<string, { sequence: number; edit: ResolvedEdit; inherited: boolean }[]>();
  private readonly capturesByKey = new Map<string, { sequence: number; capture: ResolvedRun['captures'][number] }[]>();
  private readonly callbacksByKey = new Map<string, { sequence: number; callback: ResolvedRun['callbacks'][number] }[]>();
  /** (sequence, position) by the stage at which they enter. */
  private readonly entering = new Map<number, { sequence: number; position: number }[]>();
  private readonly caches = new Map<string, Cached>();
  private rows: RowMap;
  private resid = 'resid';
  private resultBytes = 0;
  private readonly maxRows: number;

  constructor(
    private readonly spec: ModelSpec,
    private readonly sweep: Sweep,
    private readonly options: EmitOptions,
    private readonly earlier: CacheLookup,
    private readonly sweepOf: ReadonlyMap<string, number>,
  ) {
    this.rows = new RowMap(sweep.sequences);
    this.maxRows = sweep.rows;
    for (const [i, sequence] of sweep.sequences.entries()) {
      for (const [list, inherited] of [[sequence.inherited, true], [sequence.own, false]] as const) {
        for (const edit of list) push(this.editsByKey, edit.key, { sequence: i, edit, inherited });
      }
      for (const capture of sequence.run.captures) push(this.capturesByKey, capture.key, { sequence: i, capture });
      for (const callback of sequence.run.callbacks) push(this.callbacksByKey, callback.key, { sequence: i, callback });
      for (const [position, stage] of sequence.entry.entries()) push(this.entering, stage, { sequence: i, position });
    }
  }

  /** Tensors that later sweeps may read, by cache key. */
  get cached(): ReadonlyMap<string, Cached> {
    return this.caches;
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
      label: `sweep ${sweep.index} '${sweep.unit}': ${sweep.sequences.length} runs, ${this.maxRows} rows`,
      tensors: [...this.tensors.values()],
      steps: this.steps,
      metricRows: this.metricRows,
      captures: this.captures,
      tokenCaptures: sweep.sequences.flatMap(({ run }) => (run.captures.some(({ key }) => key === 'hook_tokens') ? [run] : [])),
      resultBytes: this.resultBytes,
    };
  }

  // ---- stages ----

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
      const tokens = this.table(`tokens.${stage}`, fresh.flatMap(({ row, token }) => [row, token]));
      for (const chunk of chunkRows('embed.W_E', spec.dVocab, D, this.options.maxBindingBytes)) {
        this.copyRows('embed', tokens, fresh.length, { id: chunk.tensor }, D, 0, this.resid, D, 0, D, chunk.first, chunk.rows);
      }
      const places = this.table(`positions.${stage}`, fresh.flatMap(({ row, position }) => [row, position]));
      this.copyRows('pos_embed', places, fresh.length, { id: 'pos_embed.W_pos' }, D, 0, 'delta', D, 0, D, 0, spec.nCtx);
    }
    if (loaded.length > 0) {
      for (const [key, to] of [[pair.resid, this.resid], [pair.delta, 'delta']] as const) {
        const cached = this.earlier(sweep.baseSweep!, key);
        const table = this.table(
          `enter.${stage}.${to}`,
          loaded.flatMap(({ row, run, position }) => [row, cached.rowOf(run, position)]),
        );
        this.copyRows(`enter ${key}`, table, loaded.length, { id: cached.tensor }, D, 0, to, D, 0, D, 0, 0xffffffff);
      }
    }
    if (this.rows.count === 0) return;
    const slot = (tensor: string): Slot => ({ tensor, stride: D, col: 0, width: D });
    if (stage === 0) this.touch(pair.resid, slot(this.resid), stage);
    this.touch(pair.delta, slot('delta'), stage);
  }

  private attentionStage(l: number): void {
    const { spec } = this;
    const { dModel: D, nHeads: H, dHead: K } = spec;
    const block = `blocks.${l}`;
    const key = (name: string) => `${block}.${name}`;
    const branchKeys = ['q', 'k', 'v'].map((name) => key(`hook_${name}_input`));
    const split = [key('hook_attn_in'), ...branchKeys].some((name) => this.isTouched(name));
    this.sumAndNorm(2 * l, `${block}.ln1`);
    const qkv = this.scratch('qkv', 3 * D);
    this.project('qkv', 'x', D, 3 * D, `${block}.attn.W_QKV`, `${block}.attn.b_QKV`, qkv, ACT_NONE);
    if (split) this.splitBranches(block, branchKeys);
    for (const [i, name] of ['q', 'k', 'v'].entries()) {
      this.touch(key(`attn.hook_${name}`), { tensor: qkv, stride: 3 * D, col: i * D, width: D });
    }
    this.keep(`qkv.${l}`, { tensor: qkv, stride: 3 * D, col: 0, width: 3 * D });

    const { queries, table, keyRows, base } = this.attentionTables(l, qkv);
    const T = this.sweep.T;
    if (queries.count === 0) {
      this.rows = queries;
      return;
    }
    const pattern = this.scratch('pattern', H * T);
    const full = this.isWritten(key('attn.hook_attn_scores')) || this.isWritten(key('attn.hook_pattern')) ? 1 : 0;
    const keys = queries.order.reduce((n, { position }) => n + (full ? T : position + 1), 0);
    const shape = { row0: 0, rows: queries.count, T, H, K, D };
    const inputs = [{ id: qkv }, { id: base }, { id: table }, { id: keyRows }];
    const before = this.rows;
    const square = (tensor: string): Slot => ({ tensor, stride: H * T, col: 0, width: H * T });
    this.rows = queries;
    const scale = 1 / Math.sqrt(K);
    if (this.isTouched(key('attn.hook_attn_scores'))) {
      const scores = this.scratch('scores', H * T);
      this.dispatch('scores', `${block} scores`, [...inputs, { id: scores }], { ...shape, scale }, 2 * D * keys);
      this.touch(key('attn.hook_attn_scores'), square(scores));
      this.dispatch('softmax', `${block} softmax`, [{ id: scores }, { id: pattern }], { row0: 0, rows: queries.count, T, H }, 0);
    } else {
      this.dispatch('attend', `${block} attend`, [...inputs, { id: pattern }], { ...shape, scale }, 2 * D * keys);
    }
    this.touch(key('attn.hook_pattern'), square(pattern));
    const z = this.scratch('z', D);
    this.dispatch('mix', `${block} mix`, [{ id: pattern }, ...inputs, { id: z }], { ...shape, full }, 2 * D * keys);
    this.touch(key('attn.hook_z'), { tensor: z, stride: D, col: 0, width: D });
    this.outputOfHeads(block, z);
    if (before !== queries) this.gatherResid(before, queries);
  }

  /** attn_out = z W_O + b_O; by head where somebody reads or writes `hook_result`. */
  private outputOfHeads(block: string, z: string): void {
    const { dModel: D, nHeads: H, dHead: K } = this.spec;
    const delta = this.scratch('delta', D);
    const [W_O, b_O, key] = [`${block}.attn.W_O`, `${block}.attn.b_O`, `${block}.attn.hook_result`];
    if (this.isTouched(key)) {
      const result = this.scratch('result_by_head', H * D);
      this.batched(`${block} result`, z, W_O, null, result, {
        rows: this.rows.count, K, N: D, aStride: D, aBatch: K, wOffset: 0, wRow: D, wBatch: K * D, biasOffset: 0, biasBatch: 0, oStride: H * D, oBatch: D,
      });
      this.touch(key, { tensor: result, stride: H * D, col: 0, width: H * D });
      if (this.isWritten(key)) {
        const rows = this.rows.count;
        this.dispatch('sum_heads', `${block} sum heads`, [{ id: result }, { id: b_O }, { id: delta }], { row0: 0, rows, H, D }, 0);
        return;
      }
    }
    this.project('attn_out', z, D, D, W_O, b_O, delta, ACT_NONE);
  }

  private mlpStage(l: number): void {
    const { dModel: D, dMlp: M } = this.spec;
    const block = `blocks.${l}`;
    const key = (name: string) => `${block}.${name}`;
    this.sumAndNorm(2 * l + 1, `${block}.ln2`, key('hook_mlp_in'));
    const hidden = this.scratch('hidden', M);
    const slot: Slot = { tensor: hidden, stride: M, col: 0, width: M };
    const unfused = this.isTouched(key('mlp.hook_pre'));
    this.project('mlp in', 'x', D, M, `${block}.mlp.W_in`, `${block}.mlp.b_in`, hidden, unfused ? ACT_NONE : ACT_GELU_NEW);
    let post = hidden;
    if (unfused) {
      this.touch(key('mlp.hook_pre'), slot);
      post = this.scratch('activated', M);
      const rows = this.rows.count;
      this.dispatch('gelu', `${block} gelu`, [{ id: hidden }, { id: post }], { row0: 0, rows, width: M }, 0);
    }
    this.touch(key('mlp.hook_post'), { ...slot, tensor: post });
    this.project('mlp out', post, M, D, `${block}.mlp.W_out`, `${block}.mlp.b_out`, this.scratch('delta', D), ACT_NONE);
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
    const limit = Math.floor(this.options.maxBindingBytes / (4 * V));
    const tile = limit >= n ? n : Math.floor(limit / METRIC_TILE) * METRIC_TILE;
    const whole = this.isTouched('unembed.hook_out');
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
        [{ id: 'logits' }, { id: table, offset: 8 * first }, { id: 'metrics', offset: 4 * METRIC_WORDS * first }],
        { row0: 0, rows, V },
        0,
      );
    }
    for (const [r, { sequence, position }] of this.rows.order.entries()) {
      const { metric, id } = this.sweep.sequences[sequence]!.run;
      if (metric?.row === position) this.copyOut('metrics', r, METRIC_WORDS, 1, 4 * METRIC_WORDS * this.metricRows.get(id)!);
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
            ...out, act: ACT_NONE, hasBias: 0, aOffset: 0, aStride: D, aBatch: 0, wOffset: 0, wRow: 1, wCol: D, wBatch: 0,
            biasOffset: 0, biasBatch: 0, oBatch: 0, batches: 1,
          },
          flops,
        );
      }
    }
  }

  // ---- parts of stages ----

  /** x = norm(resid + delta); resid becomes the sum. `copyKey` names a copy of the sum that only the norm reads. */
  private sumAndNorm(stage: number, ln: string, copyKey?: string): void {
    const D = this.spec.dModel;
    const rows = this.rows.count;
    const pair = stagePair(this.spec, stage);
    const [scaleKey, normKey] = [`${ln}.hook_scale`, `${ln}.hook_normalized`];
    const unfused = this.isTouched(scaleKey) || this.isTouched(normKey);
    const copied = copyKey !== undefined && this.isWritten(copyKey);
    const explicit = unfused || copied || this.isWritten(pair.sum);
    const slot: Slot = { tensor: this.resid, stride: D, col: 0, width: D };
    const x = this.scratch('x', D);
    if (explicit) {
      this.dispatch('add', `sum ${pair.sum}`, [{ id: 'delta' }, { id: this.resid }], { row0: 0, rows, width: D }, 0);
      this.touch(pair.sum, slot, stage);
    }
    let from = this.resid;
    if (copied) {
      from = this.scratch('mlp_in', D);
      this.copyWhole(`copy ${copyKey}`, this.resid, from, D);
    }
    if (copyKey && explicit) this.touch(copyKey, { ...slot, tensor: from });
    const [w, b] = [{ id: `${ln}.w` }, { id: `${ln}.b` }];
    const eps = this.spec.lnEps;
    if (unfused) {
      const [scale, normalized] = [this.scratch('ln_scale', 1), this.scratch('ln_normalized', D)];
      this.dispatch('norm_scale', `${ln} scale`, [{ id: from }, { id: scale }], { row0: 0, rows, width: D, eps }, 0);
      this.touch(scaleKey, { tensor: scale, stride: 1, col: 0, width: 1 });
      this.dispatch('norm_center', `${ln} normalize`, [{ id: from }, { id: scale }, { id: normalized }], { row0: 0, rows, width: D }, 0);
      this.touch(normKey, { tensor: normalized, stride: D, col: 0, width: D });
      this.dispatch('affine', `${ln} affine`, [{ id: normalized }, w, b, { id: x }], { row0: 0, rows, width: D }, 0);
      return;
    }
    const hasDelta = explicit ? 0 : 1;
    this.dispatch('norm', ln, [explicit ? w : { id: 'delta' }, { id: from }, w, b, { id: x }], { row0: 0, rows, width: D, eps, hasDelta }, 0);
    if (!explicit) {
      this.touch(pair.sum, slot, stage);
      if (copyKey) this.touch(copyKey, slot);
    }
  }

  /** Queries, keys and values of written branch inputs, each head from its own normalised copy of the residual. */
  private splitBranches(block: string, branchKeys: readonly string[]): void {
    const { dModel: D, nHeads: H, dHead: K, lnEps: eps } = this.spec;
    const rows = this.rows.count;
    const inKey = `${block}.hook_attn_in`;
    const slot = (tensor: string): Slot => ({ tensor, stride: H * D, col: 0, width: H * D });
    const attnIn = this.scratch('attn_in', H * D);
    this.dispatch('repeat_heads', `${block} attn_in`, [{ id: this.resid }, { id: attnIn }], { row0: 0, rows, H, D }, 0);
    this.touch(inKey, slot(attnIn));
    for (const [i, key] of branchKeys.entries()) {
      if (!this.isWritten(key) && !this.isWritten(inKey)) {
        this.touch(key, slot(attnIn));
        continue;
      }
      const branch = this.scratch('branch', H * D);
      this.copyWhole(`copy ${key}`, attnIn, branch, H * D);
      this.touch(key, slot(branch));
      const normed = this.scratch('branch_norm', H * D);
      const [w, b] = [{ id: `${block}.ln1.w` }, { id: `${block}.ln1.b` }];
      this.dispatch('norm', `${key} norm`, [w, { id: branch }, w, b, { id: normed }], { row0: 0, rows: rows * H, width: D, eps, hasDelta: 0 }, 0);
      const out = this.scratch('branch_out', D);
      this.batched(`${key} project`, normed, `${block}.attn.W_QKV`, `${block}.attn.b_QKV`, out, {
        rows, K: D, N: K, aStride: H * D, aBatch: D, wOffset: i * D, wRow: 3 * D, wBatch: K, biasOffset: i * D, biasBatch: K, oStride: D, oBatch: K,
      });
      for (let h = 0; h < H; h++) {
        const written = this.writtenRows([inKey, key], h);
        if (written.length === 0) continue;
        const table = this.table(`${key}.${h}`, written.flatMap((row) => [row, row]));
        this.copyRows(`${key} head ${h}`, table, written.length, { id: out }, D, h * K, 'qkv', 3 * D, i * D + h * K, K, 0, 0xffffffff);
      }
    }
  }

  /** Rows in which head h of one of these sites is written. */
  private writtenRows(keys: readonly string[], h: number): number[] {
    const D = this.spec.dModel;
    const rows = new Set<number>();
    for (const key of keys) {
      if (this.callbacksByKey.has(key)) for (let r = 0; r < this.rows.count; r++) rows.add(r);
      for (const { sequence, edit } of this.editsByKey.get(key) ?? []) {
        if (!edit.spans.some(([begin, end]) => begin < (h + 1) * D && end > h * D)) continue;
        for (const t of edit.rows) if (this.rows.at(sequence, t) >= 0) rows.add(this.rows.at(sequence, t));
      }
    }
    return [...rows].sort((a, b) => a - b);
  }

  /** Which rows ask (after the last attention only those that matter go on), and where every key lives. */
  private attentionTables(l: number, qkv: string): { queries: RowMap; table: string; keyRows: string; base: string } {
    const { spec, sweep, rows } = this;
    const last = l === spec.nLayers - 1;
    const queries = last
      ? rows.filter(sweep.sequences, (s, t) => sweep.needed.get(sweep.sequences[s]!.run.id)?.has(t) ?? false)
      : rows;
    const cached = sweep.baseSweep === null ? null : this.earlier(sweep.baseSweep, `qkv.${l}`);
    const keyRows = new Uint32Array(sweep.sequences.length * sweep.T);
    for (const [s, { base }] of sweep.sequences.entries()) {
      for (let t = 0; t < sweep.T; t++) {
        const own = rows.at(s, t);
        keyRows[s * sweep.T + t] = own >= 0 || !base ? own : (BASE_ROW | cached!.rowOf(base.id, t)) >>> 0;
      }
    }
    const asked = queries.order.flatMap(({ sequence, position }) => [rows.at(sequence, position), sequence, position]);
    return {
      queries: queries.count === rows.count ? rows : queries,
      table: this.table(`queries.${l}`, asked),
      keyRows: this.table(`keys.${l}`, keyRows),
      base: cached?.tensor ?? qkv,
    };
  }

  /** The residual stream of the rows that go on, in their new order. */
  private gatherResid(before: RowMap, after: RowMap): void {
    const D = this.spec.dModel;
    const table = this.table(
      'gather',
      after.order.flatMap(({ sequence, position }, row) => [row, before.at(sequence, position)]),
    );
    const from = this.resid;
    this.resid = 'resid_needed';
    this.scratch(this.resid, D);
    this.copyRows('gather', table, after.count, { id: from }, D, 0, this.resid, D, 0, D, 0, 0xffffffff);
  }

  // ---- sites ----

  private isWritten(key: string): boolean {
    return this.editsByKey.has(key) || this.callbacksByKey.has(key);
  }

  private isTouched(key: string): boolean {
    return this.isWritten(key) || this.capturesByKey.has(key) || this.sweep.cached.has(key);
  }

  /** A site's tensor is complete: edits, then callbacks, then whoever reads it. `stage` is given for pairs' tensors. */
  private touch(key: string, slot: Slot, stage?: number): void {
    this.applyEdits(key, slot, stage);
    for (const { sequence, callback } of this.callbacksByKey.get(key) ?? []) {
      const { run } = this.sweep.sequences[sequence]!;
      const offsets = run.tokens.map((_, t) => this.rows.at(sequence, t) * slot.stride + slot.col);
      this.steps.push({ type: 'callback', label: key, tensor: slot.tensor, offsets, width: slot.width, fn: callback.fn });
    }
    for (const { sequence, capture } of this.capturesByKey.get(key) ?? []) {
      const { run } = this.sweep.sequences[sequence]!;
      const rows = capture.rows ?? run.tokens.map((_, t) => t);
      const at = rows.map((t) => this.rows.at(sequence, t));
      const { stride, col, width } = slot;
      this.captures.push({ run, site: capture.site, offset: this.resultBytes, rows: rows.length, stride, col, width });
      for (const [first, count, index] of consecutive(at)) {
        this.copyOut(slot.tensor, first, stride, count, this.resultBytes + 4 * stride * index);
      }
      this.resultBytes += 4 * stride * rows.length;
    }
    if (slot.col === 0) this.keep(key, slot);
  }

  /** Copies a whole tensor aside if a later sweep reads it. */
  private keep(key: string, slot: Slot): void {
    if (!this.sweep.cached.has(key)) return;
    const tensor = `cache.${this.sweep.index}.${key}`;
    this.declare(tensor, 'cache', this.rows.count * slot.stride);
    this.copyWhole(`keep ${key}`, slot.tensor, tensor, slot.stride);
    const rows = this.rows;
    const ids = new Map(this.sweep.sequences.map(({ run }, i) => [run.id, i]));
    const D = this.spec.dModel;
    this.caches.set(key, {
      tensor,
      slot: (site) => {
        const branch = ['attn.hook_q', 'attn.hook_k', 'attn.hook_v'].findIndex((name) => site.endsWith(`.${name}`));
        return branch < 0 ? slot : { ...slot, col: branch * D, width: D };
      },
      rowOf: (run, position) => {
        const row = rows.at(ids.get(run)!, position);
        if (row < 0) throw new Error(`internal: ${key} of run '${run}' at position ${position} was not kept.`);
        return row;
      },
    });
  }

  private applyEdits(key: string, slot: Slot, stage?: number): void {
    const here = this.editsByKey.get(key);
    if (!here) return;
    const isPair = stage !== undefined && key !== stagePair(this.spec, stage).sum;
    const targets: EditTarget[] = [];
    const bySequence = new Map<number, { edit: ResolvedEdit; inherited: boolean }[]>();
    for (const { sequence, ...rest } of here) push(bySequence, sequence, rest);
    for (const [s, list] of bySequence) {
      const rounds = editRounds(list.map(({ edit }) => edit));
      const { entry, base } = this.sweep.sequences[s]!;
      for (const [i, { edit, inherited }] of list.entries()) {
        for (const [rowIndex, t] of edit.rows.entries()) {
          const row = this.rows.at(s, t);
          // A row that enters with this very pair brings its base's edits along.
          if (row < 0 || (inherited && base && isPair && entry[t] === stage)) continue;
          targets.push({ edit, rowIndex, offset: row * slot.stride + slot.col, source: this.sourceOf(edit, t, slot), round: rounds[i]! });
        }
      }
    }
    for (const [n, table] of buildEditTables(targets).entries()) {
      const id = `edit.${key}.${n}`;
      const values = this.table(`${id}.values`, table.values);
      const source = table.source ?? values;
      const entries = this.table(id, table.entries);
      this.dispatch(table.kernel, `edit ${key}`, [{ id: entries }, { id: values }, { id: source }, { id: slot.tensor }], { row0: 0, rows: table.count, maxCols: table.maxCols }, 0);
    }
  }

  /** Where the value of a row's edit lies on the device; a mean is computed into a tensor of its own first. */
  private sourceOf(edit: ResolvedEdit, t: number, slot: Slot): EditTarget['source'] {
    const { source } = edit;
    const rowIn = (run: string, key: string) => {
      const site = { ...edit.site, name: key };
      const cached = this.earlier(this.sweepOf.get(run)!, cacheKey(site, key));
      const at = cached.slot(key);
      return { tensor: cached.tensor, offset: cached.rowOf(run, t) * at.stride + at.col };
    };
    if (source?.kind === 'run') return rowIn(source.run, source.site!);
    if (source?.kind !== 'mean') return null;
    const id = `mean.${this.steps.length}.${t}`;
    this.declare(id, 'scratch', slot.width);
    for (const [n, run] of source.runs.entries()) {
      const target: EditTarget = {
        edit: { ...edit, rows: [t], spans: [[0, slot.width]], op: n === 0 ? 'set' : 'lerp', alpha: 1 / (n + 1) },
        rowIndex: 0,
        offset: 0,
        source: rowIn(run, edit.key),
        round: 0,
      };
      const [table] = buildEditTables([target]);
      const entries = this.table(`${id}.${n}`, table!.entries);
      const values = this.table(`${id}.${n}.values`, table!.values);
      this.dispatch('edit', `mean ${edit.key}`, [{ id: entries }, { id: values }, { id: target.source!.tensor }, { id }], { row0: 0, rows: 1, maxCols: slot.width }, 0);
    }
    return { tensor: id, offset: 0 };
  }

  // ---- steps and tensors ----

  private dispatch<K extends KernelName>(
    kernel: K,
    label: string,
    buffers: readonly TensorRef[],
    params: Extract<DispatchStep, { kernel: K }>['params'],
    flops: number,
  ): void {
    this.steps.push({ type: 'dispatch', kernel, label, buffers, params, flops } as DispatchStep);
  }

  /** out [R, N] = act(a [R, K] W + b). */
  private project(label: string, a: string, K: number, N: number, w: string, b: string, out: string, act: number): void {
    const rows = this.rows.count;
    const flops = 2 * rows * K * N;
    const buffers = [{ id: a }, { id: w }, { id: b }, { id: out }];
    if (K % 4 === 0 && N % 4 === 0) {
      this.dispatch('gemm', label, buffers, { row0: 0, rows, K, N, act }, flops);
      return;
    }
    this.dispatch(
      'gemm_any',
      label,
      buffers,
      {
        row0: 0, rows, K, N, act, hasBias: 1, aOffset: 0, aStride: K, aBatch: 0, wOffset: 0, wRow: N, wCol: 1, wBatch: 0,
        biasOffset: 0, biasBatch: 0, oOffset: 0, oStride: N, oBatch: 0, batches: 1,
      },
      flops,
    );
  }

  /** One product per head. */
  private batched(
    label: string,
    a: string,
    w: string,
    b: string | null,
    out: string,
    shape: Record<'rows' | 'K' | 'N' | 'aStride' | 'aBatch' | 'wOffset' | 'wRow' | 'wBatch' | 'biasOffset' | 'biasBatch' | 'oStride' | 'oBatch', number>,
  ): void {
    const batches = this.spec.nHeads;
    this.dispatch(
      'gemm_any',
      label,
      [{ id: a }, { id: w }, { id: b ?? w }, { id: out }],
      { ...shape, row0: 0, act: ACT_NONE, hasBias: b === null ? 0 : 1, aOffset: 0, wCol: 1, oOffset: 0, batches },
      2 * shape.rows * shape.K * shape.N * batches,
    );
  }

  private copyRows(
    label: string,
    table: string,
    rows: number,
    from: TensorRef,
    srcStride: number,
    srcCol: number,
    to: string,
    dstStride: number,
    dstCol: number,
    width: number,
    srcBase: number,
    srcRows: number,
  ): void {
    this.dispatch(
      'copy_rows',
      label,
      [{ id: table }, from, { id: to }],
      { row0: 0, rows, width, dstStride, dstCol, srcStride, srcCol, srcBase, srcRows },
      0,
    );
  }

  private copyWhole(label: string, from: string, to: string, stride: number): void {
    this.steps.push({ type: 'copy', label, from, fromOffset: 0, to, toOffset: 0, bytes: 4 * stride * this.rows.count });
  }

  private copyOut(from: string, row: number, stride: number, rows: number, toOffset: number): void {
    this.steps.push({ type: 'copy', label: `read ${from}`, from, fromOffset: 4 * stride * row, to: 'result', toOffset, bytes: 4 * stride * rows });
  }

  private declare(id: string, role: TensorRole, elements: number, data?: Float32Array | Uint32Array): string {
    if (!this.tensors.has(id)) this.tensors.set(id, { id, role, elements, ...(data ? { data } : {}) });
    return id;
  }

  /** A tensor of one row per (run, position) of this sweep. */
  private scratch(id: string, width: number): string {
    return this.declare(id, 'scratch', this.maxRows * width);
  }

  private table(name: string, data: readonly number[] | Float32Array | Uint32Array): string {
    const array = Array.isArray(data) ? Uint32Array.from(data as readonly number[]) : (data as Float32Array | Uint32Array);
    return this.declare(`table.${name}`, 'table', array.length, array);
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Runs of consecutive numbers as [first, count, index of the first]. */
function consecutive(rows: readonly number[]): [number, number, number][] {
  const out: [number, number, number][] = [];
  for (const [index, row] of rows.entries()) {
    const last = out.at(-1);
    if (last && row === last[0] + last[1]) last[1]++;
    else out.push([row, 1, index]);
  }
  return out;
}
