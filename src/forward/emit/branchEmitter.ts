/**
 * Per-head copies of the stream that queries, keys and values are computed from, where somebody reads or writes them.
 */
import { branchColumns, branchHeads, qkvWidth } from '../../model/spec';
import type { Slot } from './keepEmitter';
import { NormEmitter } from './normEmitter';

export const BRANCHES = ['q', 'k', 'v'] as const;
type Branch = (typeof BRANCHES)[number];

export class BranchEmitter extends NormEmitter {
  protected branchSlot(tensor: string, branch: Branch): Slot {
    const { begin, width } = branchColumns(this.spec, branch);
    return { tensor, stride: qkvWidth(this.spec), col: begin, width };
  }

  /** Per-head copies of the stream: shown if somebody looks, projected anew for the heads that somebody writes. */
  protected branchInputs(block: string): void {
    const { dModel: D, nHeads: H, nKvHeads: G } = this.spec;
    const rows = this.rows.count;
    const inKey = H === G ? `${block}.hook_attn_in` : null;
    const keys = BRANCHES.map((branch) => `${block}.hook_${branch}_input`);
    const isShared = inKey !== null && this.isTouched(inKey);
    if (!isShared) {
      for (const [i, branch] of BRANCHES.entries())
        if (this.isOnlyCut(keys[i]!)) this.projectCuts(block, branch, keys[i]!);
    }
    const isDone = (key: string): boolean => !isShared && this.isOnlyCut(key);
    if (!isShared && !keys.some((key) => this.isTouched(key) && !isDone(key))) return;
    const slot = (tensor: string, heads: number): Slot => ({
      tensor,
      stride: heads * D,
      col: 0,
      width: heads * D,
    });
    const repeat = (label: string, tensor: string, heads: number): void =>
      this.dispatch('repeat_heads', label, [{ id: this.resid }, { id: tensor }], {
        row0: 0,
        rows,
        H: heads,
        D,
      });
    const attnIn = inKey ? this.scratch('attn_in', H * D) : null;
    if (inKey && attnIn) {
      repeat(inKey, attnIn, H);
      this.touch(inKey, slot(attnIn, H));
    }
    for (const [i, branch] of BRANCHES.entries()) {
      const key = keys[i]!;
      const heads = branchHeads(this.spec, branch);
      const written = this.isWritten(key) || (inKey !== null && this.isWritten(inKey));
      if ((!written && !this.isTouched(key)) || isDone(key)) continue;
      const copy = this.scratch('branch', H * D);
      if (attnIn) this.copyWhole(`copy ${key}`, attnIn, copy, H * D);
      else repeat(key, copy, heads);
      this.touch(key, slot(copy, heads));
      if (written) this.projectBranch(block, branch, copy, [key, ...(inKey ? [inKey] : [])]);
    }
  }

  /** Queries, keys or values of the written heads, each from its own copy of the stream. */
  private projectBranch(block: string, branch: Branch, copy: string, keys: readonly string[]): void {
    const { spec } = this;
    const { dModel: D, dHead: K } = spec;
    const heads = branchHeads(spec, branch);
    const { begin, width } = branchColumns(spec, branch);
    const label = `${block} ${branch} by head`;
    let input = copy;
    if (spec.placement === 'pre' || spec.placement === 'sandwich') {
      input = this.scratch('branch_norm', spec.nHeads * D);
      this.normRows(`${label} norm`, `${block}.ln1`, this.rows.count * heads, copy, input);
    }
    const out = this.scratch('branch_out', spec.nHeads * K);
    const [W, b] = this.branchWeights(block, branch);
    const from = { tensor: input, stride: heads * D, head: D };
    this.projectHeads(label, heads, from, W, b, { tensor: out, stride: width, head: K }, D, K);
    for (const [h, rows] of this.writtenRows(keys, heads).entries()) {
      if (rows.length === 0) continue;
      const name = `${block}.${branch}.${h}`;
      const pairs = {
        table: this.table(
          name,
          rows.flatMap((row) => [row, row]),
        ),
        rows: rows.length,
      };
      const to = { tensor: 'qkv', stride: qkvWidth(spec), col: begin + h * K };
      this.copyRows(`${label} ${h}`, pairs, { tensor: out, stride: width, col: h * K }, to, K);
    }
  }

  /** As `projectBranch` where cuts are all that is written: of each head only the rows that are cut, one after the other. */
  private projectCuts(block: string, branch: Branch, key: string): void {
    const { spec } = this;
    const { dModel: D, dHead: K } = spec;
    const written = this.writtenRows([key], branchHeads(spec, branch));
    const label = `${block} ${branch} by head`;
    const n = written.reduce((sum, rows) => sum + rows.length, 0);
    if (n === 0) return;
    const size = this.mostCutPairs();
    const copy = this.declare('cut_inputs', 'scratch', size * D);
    const places = new Map<number, number>();
    const table = new Uint32Array(2 * n);
    let done = 0;
    for (const [h, rows] of written.entries()) {
      for (const row of rows) {
        places.set(h * this.rows.count + row, done);
        table.set([done, row], 2 * done);
        done++;
      }
    }
    const whole = (tensor: string) => ({ tensor, stride: D, col: 0 });
    const gathered = { table: this.table(`${key}.pairs`, table), rows: n };
    this.copyRows(`gather ${key}`, gathered, whole(this.resid), whole(copy), D);
    const place = (row: number, column: number): number =>
      D * places.get((column / D) * this.rows.count + row)!;
    this.applyCuts(key, copy, place, this.editsByKey.get(key)!);
    let input = copy;
    if (spec.placement === 'pre') {
      input = this.declare('cut_norms', 'scratch', size * D);
      this.normRows(`${label} norm`, `${block}.ln1`, n, copy, input);
    }
    const out = this.declare('cut_outputs', 'scratch', size * K);
    const [W, b] = this.branchWeights(block, branch);
    const { begin } = branchColumns(spec, branch);
    let first = 0;
    for (const [h, rows] of written.entries()) {
      if (rows.length === 0) continue;
      const from = { tensor: input, stride: D, head: 0, first: first * D };
      const to = { tensor: out, stride: K, head: 0, first: first * K };
      const ofHead = { ...W, first: W.first + h * W.head };
      const bias = b && { ...b, first: b.first + h * K };
      this.projectHeads(`${label} ${h}`, 1, from, ofHead, bias, to, D, K, rows.length);
      const pairs = {
        table: this.table(`${key}.${h}`, Uint32Array.from(rows.flatMap((row, i) => [row, first + i]))),
        rows: rows.length,
      };
      const slot = { tensor: 'qkv', stride: qkvWidth(spec), col: begin + h * K };
      this.copyRows(`${label} ${h}`, pairs, { tensor: out, stride: K, col: 0 }, slot, K);
      first += rows.length;
    }
  }

  /** The matrix of one branch, whose heads lie `head` elements apart, and its bias. */
  private branchWeights(block: string, branch: Branch) {
    const { spec } = this;
    const { dModel: D, dHead: K } = spec;
    const { begin } = branchColumns(spec, branch);
    const stride = qkvWidth(spec);
    const tensor = this.wholeWeight(`${block}.attn.W_QKV`, stride, D);
    const W =
      spec.orientation === 'in-out'
        ? { tensor, first: begin, row: stride, col: 1, head: K }
        : { tensor, first: begin * D, row: 1, col: D, head: K * D };
    const b = spec.bias.qkv ? { tensor: `${block}.attn.b_QKV`, first: begin } : null;
    return [W, b] as const;
  }

  /** (row, head) pairs that cuts write of one block's queries, keys or values, at most. */
  private mostCutPairs(): number {
    let most = 0;
    for (const [key, edits] of this.editsByKey) {
      if (!this.isOnlyCut(key)) continue;
      most = Math.max(
        most,
        edits.reduce((sum, { edit }) => sum + edit.rows.length, 0),
      );
    }
    return Math.min(most, this.sweep.rows * this.spec.nHeads);
  }

  /** By head, the rows in which one of these sites is written. */
  private writtenRows(keys: readonly string[], heads: number): number[][] {
    const D = this.spec.dModel;
    const written = Array.from({ length: heads }, () => new Set<number>());
    for (const key of keys) {
      if (this.callbacksByKey.has(key)) {
        for (const rows of written) for (let r = 0; r < this.rows.count; r++) rows.add(r);
      }
      for (const { sequence, edit } of this.editsByKey.get(key) ?? []) {
        const rows = edit.rows.map((t) => this.rows.at(sequence, t)).filter((row) => row >= 0);
        const ofEdit = new Set(edit.spans.map(([begin]) => Math.floor(begin / D)));
        for (const h of ofEdit) for (const row of rows) written[h]!.add(row);
      }
    }
    return written.map((rows) => [...rows].sort((a, b) => a - b));
  }
}
