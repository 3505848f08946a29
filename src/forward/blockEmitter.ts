/**
 * A transformer block of the GPT-2 family as steps. Sites that nobody reads or writes are fused away; a site that is
 * written becomes a tensor of its own.
 */
import { BASE_ROW } from '../gpu/kernels/attention';
import { ACT_GELU_NEW, ACT_NONE } from '../gpu/kernels/matmul';
import type { RowMap } from './rows';
import { SiteEmitter, type Slot } from './siteEmitter';
import { stagePair } from './stages';

export class BlockEmitter extends SiteEmitter {
  /** Tensor of the residual stream: another one once rows have been dropped. */
  protected resid = 'resid';

  protected attentionStage(l: number): void {
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
    const full =
      this.isWritten(key('attn.hook_attn_scores')) || this.isWritten(key('attn.hook_pattern')) ? 1 : 0;
    const keys = queries.order.reduce((n, { position }) => n + (full ? T : position + 1), 0);
    const shape = { row0: 0, rows: queries.count, T, H, K, D };
    const inputs = [{ id: qkv }, { id: base }, { id: table }, { id: keyRows }];
    const before = this.rows;
    const square = (tensor: string): Slot => ({ tensor, stride: H * T, col: 0, width: H * T });
    this.rows = queries;
    const scale = 1 / Math.sqrt(K);
    if (this.isTouched(key('attn.hook_attn_scores'))) {
      const scores = this.scratch('scores', H * T);
      this.dispatch(
        'scores',
        `${block} scores`,
        [...inputs, { id: scores }],
        { ...shape, scale },
        2 * D * keys,
      );
      this.touch(key('attn.hook_attn_scores'), square(scores));
      this.dispatch(
        'softmax',
        `${block} softmax`,
        [{ id: scores }, { id: pattern }],
        { row0: 0, rows: queries.count, T, H },
        0,
      );
    } else {
      this.dispatch(
        'attend',
        `${block} attend`,
        [...inputs, { id: pattern }],
        { ...shape, scale },
        2 * D * keys,
      );
    }
    this.touch(key('attn.hook_pattern'), square(pattern));
    const z = this.scratch('z', D);
    this.dispatch(
      'mix',
      `${block} mix`,
      [{ id: pattern }, ...inputs, { id: z }],
      { ...shape, full },
      2 * D * keys,
    );
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
        rows: this.rows.count,
        K,
        N: D,
        aStride: D,
        aBatch: K,
        wOffset: 0,
        wRow: D,
        wBatch: K * D,
        biasOffset: 0,
        biasBatch: 0,
        oStride: H * D,
        oBatch: D,
      });
      this.touch(key, { tensor: result, stride: H * D, col: 0, width: H * D });
      if (this.isWritten(key)) {
        const rows = this.rows.count;
        this.dispatch(
          'sum_heads',
          `${block} sum heads`,
          [{ id: result }, { id: b_O }, { id: delta }],
          { row0: 0, rows, H, D },
          0,
        );
        return;
      }
    }
    this.project('attn_out', z, D, D, W_O, b_O, delta, ACT_NONE);
  }

  protected mlpStage(l: number): void {
    const { dModel: D, dMlp: M } = this.spec;
    const block = `blocks.${l}`;
    const key = (name: string) => `${block}.${name}`;
    this.sumAndNorm(2 * l + 1, `${block}.ln2`, key('hook_mlp_in'));
    const hidden = this.scratch('hidden', M);
    const slot: Slot = { tensor: hidden, stride: M, col: 0, width: M };
    const unfused = this.isTouched(key('mlp.hook_pre'));
    this.project(
      'mlp in',
      'x',
      D,
      M,
      `${block}.mlp.W_in`,
      `${block}.mlp.b_in`,
      hidden,
      unfused ? ACT_NONE : ACT_GELU_NEW,
    );
    let post = hidden;
    if (unfused) {
      this.touch(key('mlp.hook_pre'), slot);
      post = this.scratch('activated', M);
      const rows = this.rows.count;
      this.dispatch('gelu', `${block} gelu`, [{ id: hidden }, { id: post }], { row0: 0, rows, width: M }, 0);
    }
    this.touch(key('mlp.hook_post'), { ...slot, tensor: post });
    this.project(
      'mlp out',
      post,
      M,
      D,
      `${block}.mlp.W_out`,
      `${block}.mlp.b_out`,
      this.scratch('delta', D),
      ACT_NONE,
    );
  }

  /** x = norm(resid + delta); resid becomes the sum. `copyKey` names a copy of the sum that only the norm reads. */
  protected sumAndNorm(stage: number, ln: string, copyKey?: string): void {
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
      this.dispatch(
        'add',
        `sum ${pair.sum}`,
        [{ id: 'delta' }, { id: this.resid }],
        { row0: 0, rows, width: D },
        0,
      );
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
      this.dispatch(
        'norm_scale',
        `${ln} scale`,
        [{ id: from }, { id: scale }],
        { row0: 0, rows, width: D, eps },
        0,
      );
      this.touch(scaleKey, { tensor: scale, stride: 1, col: 0, width: 1 });
      this.dispatch(
        'norm_center',
        `${ln} normalize`,
        [{ id: from }, { id: scale }, { id: normalized }],
        { row0: 0, rows, width: D },
        0,
      );
      this.touch(normKey, { tensor: normalized, stride: D, col: 0, width: D });
      this.dispatch(
        'affine',
        `${ln} affine`,
        [{ id: normalized }, w, b, { id: x }],
        { row0: 0, rows, width: D },
        0,
      );
      return;
    }
    const hasDelta = explicit ? 0 : 1;
    this.dispatch(
      'norm',
      ln,
      [explicit ? w : { id: 'delta' }, { id: from }, w, b, { id: x }],
      { row0: 0, rows, width: D, eps, hasDelta },
      0,
    );
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
    this.dispatch(
      'repeat_heads',
      `${block} attn_in`,
      [{ id: this.resid }, { id: attnIn }],
      { row0: 0, rows, H, D },
      0,
    );
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
      this.dispatch(
        'norm',
        `${key} norm`,
        [w, { id: branch }, w, b, { id: normed }],
        { row0: 0, rows: rows * H, width: D, eps, hasDelta: 0 },
        0,
      );
      const out = this.scratch('branch_out', D);
      this.batched(`${key} project`, normed, `${block}.attn.W_QKV`, `${block}.attn.b_QKV`, out, {
        rows,
        K: D,
        N: K,
        aStride: H * D,
        aBatch: D,
        wOffset: i * D,
        wRow: 3 * D,
        wBatch: K,
        biasOffset: i * D,
        biasBatch: K,
        oStride: D,
        oBatch: K,
      });
      for (let h = 0; h < H; h++) {
        const written = this.writtenRows([inKey, key], h);
        if (written.length === 0) continue;
        const table = this.table(
          `${key}.${h}`,
          written.flatMap((row) => [row, row]),
        );
        this.copyRows(
          `${key} head ${h}`,
          table,
          written.length,
          { id: out },
          D,
          h * K,
          'qkv',
          3 * D,
          i * D + h * K,
          K,
          0,
          0xffffffff,
        );
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
  private attentionTables(
    l: number,
    qkv: string,
  ): { queries: RowMap; table: string; keyRows: string; base: string } {
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
    const asked = queries.order.flatMap(({ sequence, position }) => [
      rows.at(sequence, position),
      sequence,
      position,
    ]);
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
}
