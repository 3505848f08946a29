/** The attention half of a transformer block as steps. Sites that nobody reads or writes are fused away. */
import { BASE_ROW, NO_WINDOW } from '../../gpu/kernels/attention';
import { ACT } from '../../gpu/kernels/matmul';
import { branchColumns, branchHeads, qkvWidth } from '../../model/spec';
import { BRANCHES, BranchEmitter } from './branchEmitter';
import type { RowMap } from './rows';
import { isRewrite } from '../request/rewrites';
import { rotaryAngles } from './rotary';
import type { Slot } from './keepEmitter';

export class AttentionEmitter extends BranchEmitter {
  protected attentionStage(l: number): void {
    const { spec } = this;
    const block = `blocks.${l}`;
    const key = (name: string) => `${block}.attn.${name}`;
    const x = this.attentionInput(l);
    const stride = qkvWidth(spec);
    const qkv = this.scratch('qkv', stride);
    const b = spec.bias.qkv ? key('b_QKV') : null;
    this.project('qkv', { id: x }, spec.dModel, stride, key('W_QKV'), b, qkv, ACT.none);
    this.branchInputs(block);
    this.clip(block, qkv);
    for (const branch of BRANCHES) this.touch(key(`hook_${branch}`), this.branchSlot(qkv, branch));
    if (spec.attention.qkNorm !== 'none')
      for (const branch of ['q', 'k'] as const) this.normBranch(block, branch);
    this.rotate(l, qkv);
    this.keep(`qkv.${l}`, { tensor: qkv, stride, col: 0, width: stride });
    this.remember(l, qkv);
    this.attend(l, qkv);
  }

  /** After every projection, those of single heads too. */
  private clip(block: string, qkv: string): void {
    const { clipQkv } = this.spec.attention;
    if (clipQkv === null) return;
    const params = { row0: 0, rows: this.rows.count, width: qkvWidth(this.spec), most: clipQkv };
    this.dispatch('clip', `${block} clip`, [{ id: qkv }], params);
  }

  /** What queries, keys and values are computed from. */
  private attentionInput(l: number): string {
    const { spec } = this;
    const stage = 2 * l;
    const announce = `blocks.${l}.hook_resid_pre`;
    if (l === 0 && spec.embedNorm) this.sumToNormedStream(stage, 'embed.ln', announce);
    else if (l > 0 && spec.placement === 'post')
      this.sumToNormedStream(stage, `blocks.${l - 1}.ln2`, announce);
    else if (spec.placement === 'pre' || spec.placement === 'sandwich')
      return this.sumAndNorm(stage, `blocks.${l}.ln1`);
    else this.sum(stage);
    return this.resid;
  }

  /** The norm of queries or keys, in place. */
  private normBranch(block: string, branch: 'q' | 'k'): void {
    const { spec } = this;
    const ln = `${block}.attn.${branch}_norm`;
    const { begin, width } = branchColumns(spec, branch);
    const groups = spec.attention.qkNorm === 'head' ? branchHeads(spec, branch) : 1;
    const each = width / groups;
    const stride = qkvWidth(spec);
    const rows = this.rows.count;
    const { eps, shift } = spec.norm;
    const weight = { id: `${ln}.w` };
    if (!this.isNormTouched(ln)) {
      const params = { row0: 0, rows, heads: groups, width: each, stride, col: begin, eps, shift };
      this.dispatch('head_norm', ln, [weight, { id: 'qkv' }], params);
      return;
    }
    const all = {
      table: this.table(
        `rows.${rows}`,
        Array.from({ length: 2 * rows }, (_, i) => i >> 1),
      ),
      rows,
    };
    const own = { tensor: 'qkv', stride, col: begin };
    const raw = { tensor: this.scratch('branch_raw_qk', spec.nHeads * spec.dHead), stride: width, col: 0 };
    const normalized = this.scratch('branch_normalized', spec.nHeads * spec.dHead);
    const scale = this.scratch('branch_scale', spec.nHeads);
    const shape = { row0: 0, rows: rows * groups, width: each };
    this.copyRows(`${ln} gather`, all, own, raw, width);
    this.dispatch('norm_scale', `${ln} scale`, [{ id: raw.tensor }, { id: scale }], {
      ...shape,
      eps,
      center: 0,
    });
    this.touch(`${ln}.hook_scale`, { tensor: scale, stride: groups, col: 0, width: groups });
    const buffers = [{ id: raw.tensor }, { id: scale }, { id: normalized }];
    this.dispatch('norm_center', `${ln} normalize`, buffers, { ...shape, center: 0 });
    this.touch(`${ln}.hook_normalized`, { tensor: normalized, stride: width, col: 0, width });
    const affine = { ...shape, hasWeight: 1, hasBias: 0, shift };
    const from = [{ id: normalized }, weight, { id: this.unread() }, { id: raw.tensor }];
    this.dispatch('affine', `${ln} affine`, from, affine);
    this.copyRows(`${ln} scatter`, all, raw, own, width);
  }

  /** Turns queries and keys by their positions, in place. */
  private rotate(l: number, qkv: string): void {
    const { spec } = this;
    const { positions } = spec;
    if (positions.kind !== 'rotary') return;
    const [begin, end] = this.rows.positions;
    const at = this.table(
      `positions.at.${this.rows.count}`,
      this.rows.order.map(({ position }) => position - begin),
    );
    const n = positions.tableOfLayer[l]!;
    const angles = this.table(
      `angles.${n}.${this.rows.count}`,
      rotaryAngles(positions.tables[n]!, begin, end),
    );
    const heads = spec.nHeads + spec.nKvHeads;
    this.dispatch('rotary', `blocks.${l} rotary`, [{ id: at }, { id: angles }, { id: qkv }], {
      row0: 0,
      rows: this.rows.count,
      heads,
      K: spec.dHead,
      dims: positions.dims,
      stride: qkvWidth(spec),
      col: 0,
    });
    for (const branch of ['q', 'k'] as const) {
      this.touch(`blocks.${l}.attn.hook_rot_${branch}`, this.branchSlot(qkv, branch));
    }
  }

  /** While decoding: keys and values stay where passes over later positions find them. */
  private remember(l: number, qkv: string): void {
    const { past } = this.sweep;
    if (!past) return;
    const { nHeads: H, nKvHeads: G, dHead: K } = this.spec;
    const stride = qkvWidth(this.spec);
    const kv = this.declare(`kv.${l}`, 'cache', past.rows * stride);
    const pairs = this.rows.order.flatMap(({ sequence, position }, row) => [
      past.rowOf(sequence, position),
      row,
    ]);
    const from = { tensor: qkv, stride, col: H * K };
    const table = { table: this.table('kv rows', pairs), rows: this.rows.count };
    this.copyRows(`remember ${l}`, table, from, { ...from, tensor: kv }, 2 * G * K);
  }

  /** Scores, pattern and the output of all heads, for the rows that go on. */
  private attend(l: number, qkv: string): void {
    const { spec } = this;
    const { nHeads: H, nKvHeads: G, dHead: K } = spec;
    const { causal, scale, softcap, windows } = spec.attention;
    const block = `blocks.${l}`;
    const [scoresKey, patternKey] = [`${block}.attn.hook_attn_scores`, `${block}.attn.hook_pattern`];
    const { queries, table, keyRows, base } = this.attentionTables(l, qkv);
    const T = this.sweep.T;
    const before = this.rows;
    this.rows = queries;
    if (queries.count === 0) return;
    const isFull = this.isWritten(scoresKey) || this.isWritten(patternKey);
    const seen = (position: number): number => (isFull || !causal ? T : position + 1);
    const flops = 2 * H * K * queries.order.reduce((n, { position }) => n + seen(position), 0);
    const shape = {
      row0: 0,
      rows: queries.count,
      T,
      H,
      G,
      K,
      causal: causal ? 1 : 0,
      window: windows[l] ?? NO_WINDOW,
    };
    const scaled = { ...shape, scale, softcap: softcap ?? 0 };
    const inputs = [{ id: qkv }, { id: base }, { id: table }, { id: keyRows }];
    const square = (tensor: string): Slot => ({ tensor, stride: H * T, col: 0, width: H * T });
    const pattern = this.scratch('pattern', H * T);
    const scores = 'scores';
    if (this.isTouched(scoresKey) || this.hasEdit(patternKey, ({ op }) => isRewrite(op))) {
      this.scratch(scores, H * T);
      this.dispatch('scores', `${block} scores`, [...inputs, { id: scores }], scaled, flops);
      let unmasked: string | undefined;
      if (this.hasEdit(scoresKey, ({ source }) => source?.kind === 'unmasked')) {
        unmasked = this.scratch('scores_unmasked', H * T);
        const open = { ...scaled, causal: 0, window: NO_WINDOW };
        const all = 2 * H * K * T * queries.count;
        this.dispatch('scores', `${block} scores unmasked`, [...inputs, { id: unmasked }], open, all);
      }
      this.touch(scoresKey, square(scores), undefined, unmasked);
      const params = { row0: 0, rows: queries.count, T, H };
      this.dispatch('softmax', `${block} softmax`, [{ id: scores }, { id: pattern }], params);
    } else {
      this.dispatch('attend', `${block} attend`, [...inputs, { id: pattern }], scaled, flops);
    }
    this.touch(patternKey, square(pattern), undefined, scores);
    const z = this.scratch('z', H * K);
    const mixing = { ...shape, full: isFull ? 1 : 0 };
    this.dispatch('mix', `${block} mix`, [{ id: pattern }, ...inputs, { id: z }], mixing, flops);
    this.touch(`${block}.attn.hook_z`, { tensor: z, stride: H * K, col: 0, width: H * K });
    this.outputOfHeads(block, z);
    if (before !== queries) this.gatherResid(before, queries);
  }

  /** attn_out = z W_O + b_O (then normed where the family does); by head where somebody reads or writes `hook_result`. */
  private outputOfHeads(block: string, z: string): void {
    const { spec } = this;
    const { dModel: D, nHeads: H, dHead: K } = spec;
    const ln = spec.placement === 'sandwich' ? 'ln1_post' : spec.placement === 'branch-end' ? 'ln1' : null;
    const delta = this.scratch('delta', D);
    const raw = ln ? this.scratch('branch_raw', D) : delta;
    const [W_O, key] = [`${block}.attn.W_O`, `${block}.attn.hook_result`];
    const b = spec.bias.o ? `${block}.attn.b_O` : null;
    if (this.isTouched(key)) {
      const result = this.scratch('result_by_head', H * D);
      const tensor = this.wholeWeight(W_O, D, H * K);
      const W =
        spec.orientation === 'in-out'
          ? { tensor, first: 0, row: D, col: 1, head: K * D }
          : { tensor, first: 0, row: 1, col: H * K, head: K };
      const out = { tensor: result, stride: H * D, head: D };
      this.projectHeads(`${block} result`, H, { tensor: z, stride: H * K, head: K }, W, null, out, K, D);
      this.touch(key, { tensor: result, stride: H * D, col: 0, width: H * D });
    }
    if (this.isWritten(key)) {
      const params = { row0: 0, rows: this.rows.count, H, D, hasBias: b === null ? 0 : 1 };
      const buffers = [{ id: 'result_by_head' }, { id: b ?? this.unread() }, { id: raw }];
      this.dispatch('sum_heads', `${block} sum heads`, buffers, params);
    } else {
      this.project('attn_out', { id: z }, H * K, D, W_O, b, raw, ACT.none);
    }
    if (ln) this.norm(`${block}.${ln}`, raw, delta);
  }

  /** Which rows ask (after the last attention only those that matter go on), and where every key lives. */
  private attentionTables(
    l: number,
    qkv: string,
  ): { queries: RowMap; table: string; keyRows: string; base: string } {
    const { spec, sweep, rows } = this;
    const { past } = sweep;
    const last = l === spec.nLayers - 1;
    const queries = last
      ? rows.filter(sweep.sequences, (s, t) => sweep.needed.get(sweep.sequences[s]!.run.id)?.has(t) ?? false)
      : rows;
    const cached = sweep.baseSweep === null ? null : this.earlier(sweep.baseSweep, `qkv.${l}`);
    const keyRows = new Uint32Array(sweep.sequences.length * sweep.T);
    for (const [s, { run, base }] of sweep.sequences.entries()) {
      for (let t = 0; t < sweep.T; t++) {
        // Keys past the end of a shorter run have weight 0; they are read, so they are somewhere.
        const key = t < run.tokens.length ? t : 0;
        const own = rows.at(s, key);
        const earlier = past ? past.rowOf(s, key) : base ? cached!.rowOf(base.id, key) : null;
        keyRows[s * sweep.T + t] = own >= 0 || earlier === null ? own : (BASE_ROW | earlier) >>> 0;
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
      keyRows: this.table(past ? 'keys' : `keys.${l}`, keyRows),
      base: past ? `kv.${l}` : (cached?.slot.tensor ?? qkv),
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
    this.resid = this.scratch('resid_needed', D);
    const whole = (tensor: string) => ({ tensor, stride: D, col: 0 });
    this.copyRows('gather', { table, rows: after.count }, whole(from), whole(this.resid), D);
  }
}
