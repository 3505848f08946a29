/** The MLP half of a transformer block as steps. */
import { ACT } from '../../gpu/kernels/matmul';
import { AttentionEmitter } from './attentionEmitter';
import { stagePair } from '../plan/stages';

export class MlpEmitter extends AttentionEmitter {
  protected mlpStage(l: number): void {
    const { spec } = this;
    const block = `blocks.${l}`;
    const x = this.mlpInput(l);
    const out = this.scratch('delta', spec.dModel);
    if (spec.parallel) {
      // The stream that the MLP reads lacks attention's output, which 'delta' still holds.
      const { sum } = stagePair(spec, 2 * l + 1);
      this.addToStream('delta', sum);
      this.keep(sum, this.rowSlot(this.resid));
    }
    const post = this.mlpHidden(block, x);
    const ln = spec.placement === 'sandwich' ? 'ln2_post' : spec.placement === 'branch-end' ? 'ln2' : null;
    const raw = ln ? this.scratch('branch_raw', spec.dModel) : out;
    const b = spec.bias.mlp ? `${block}.mlp.b_out` : null;
    this.project('mlp out', { id: post }, spec.dMlp, spec.dModel, `${block}.mlp.W_out`, b, raw, ACT.none);
    if (ln) this.norm(`${block}.${ln}`, raw, out);
  }

  /** What the first products read: the norm of the stream, or of the copy that only this branch reads. */
  private mlpInput(l: number): string {
    const { spec } = this;
    const D = spec.dModel;
    const block = `blocks.${l}`;
    const copyKey = `${block}.hook_mlp_in`;
    const ln = `${block}.ln2`;
    const stage = 2 * l + 1;
    const copied = (): string => {
      let from = this.resid;
      if (this.isWritten(copyKey)) {
        from = this.scratch('mlp_in', D);
        this.copyWhole(`copy ${copyKey}`, this.resid, from, D);
      }
      this.touch(copyKey, this.rowSlot(from));
      return from;
    };
    switch (spec.placement) {
      case 'post':
        this.sumToNormedStream(stage, `${block}.ln1`, `${block}.hook_normalized_resid_mid`);
        return copied();
      case 'branch-end':
      case 'none':
        this.sum(stage);
        return copied();
      default: {
        if (!spec.parallel && !this.isWritten(copyKey)) {
          const x = this.sumAndNorm(stage, ln);
          this.touch(copyKey, this.rowSlot(this.resid));
          return x;
        }
        if (!spec.parallel) this.sum(stage);
        const x = this.scratch('x', D);
        this.norm(ln, copied(), x);
        return x;
      }
    }
  }

  /** hook_post: the activations that W_out reads. */
  private mlpHidden(block: string, x: string): string {
    const { dModel: D, dMlp: M, mlp, bias } = this.spec;
    const rows = this.rows.count;
    const act = ACT[mlp.act];
    const key = (name: string) => `${block}.mlp.${name}`;
    const slot = (tensor: string) => ({ tensor, stride: M, col: 0, width: M });
    const b = (name: string) => (bias.mlp ? key(name) : null);
    const pre = this.scratch('hidden', M);
    if (mlp.gated) {
      const linear = this.scratch('hidden_linear', M);
      const post = this.scratch('activated', M);
      this.project('mlp gate', { id: x }, D, M, key('W_gate'), b('b_gate'), pre, ACT.none);
      this.touch(key('hook_pre'), slot(pre));
      this.project('mlp in', { id: x }, D, M, key('W_in'), b('b_in'), linear, ACT.none);
      this.touch(key('hook_pre_linear'), slot(linear));
      const buffers = [{ id: pre }, { id: linear }, { id: post }];
      this.dispatch('gate', `${block} gate`, buffers, { row0: 0, rows, width: M, act });
      this.touch(key('hook_post'), slot(post));
      return post;
    }
    const isFused = !this.isTouched(key('hook_pre'));
    this.project('mlp in', { id: x }, D, M, key('W_in'), b('b_in'), pre, isFused ? act : ACT.none);
    let post = pre;
    if (!isFused) {
      this.touch(key('hook_pre'), slot(pre));
      post = this.scratch('activated', M);
      this.dispatch('activate', `${block} act`, [{ id: pre }, { id: post }], {
        row0: 0,
        rows,
        width: M,
        act,
      });
    }
    this.touch(key('hook_post'), slot(post));
    return post;
  }
}
