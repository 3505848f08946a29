/** Sums and norms of the residual stream as steps, fused where nobody reads or writes what lies between. */
import type { Slot } from './keepEmitter';
import { SiteEmitter } from './siteEmitter';
import { type StagePair, stagePair } from '../plan/stages';

/** Which tensor holds a stage's deltas: only the embeddings have more than one. */
const DELTAS = ['delta', 'delta_types'] as const;

export class NormEmitter extends SiteEmitter {
  /** Tensor of the residual stream: another one once it was normalised or rows have been dropped. */
  protected resid = 'resid';

  protected deltaTensors(pair: StagePair): readonly string[] {
    return pair.deltas.map((_, i) => DELTAS[i]!);
  }

  /** A whole row of D columns. */
  protected rowSlot(tensor: string): Slot {
    const D = this.spec.dModel;
    return { tensor, stride: D, col: 0, width: D };
  }

  /** The stream becomes the stage's sum, which is announced. */
  protected sum(stage: number): void {
    const pair = stagePair(this.spec, stage);
    for (const delta of this.deltaTensors(pair)) this.addToStream(delta, pair.sum);
    this.touch(pair.sum, this.rowSlot(this.resid), stage);
  }

  protected addToStream(delta: string, label: string): void {
    const width = this.spec.dModel;
    const rows = this.rows.count;
    this.dispatch('add', `sum ${label}`, [{ id: delta }, { id: this.resid }], { row0: 0, rows, width });
  }

  /** As `sum`, then the stream becomes its norm (placement 'post', normalised embeddings). */
  protected sumToNormedStream(stage: number, ln: string, announce: string): void {
    this.sum(stage);
    const to = this.scratch(this.resid === 'resid' ? 'resid_normed' : 'resid', this.spec.dModel);
    this.norm(ln, this.resid, to);
    this.resid = to;
    this.touch(announce, this.rowSlot(to));
  }

  /** The stream becomes the stage's sum; its norm goes to 'x', which is returned. */
  protected sumAndNorm(stage: number, ln: string): string {
    const pair = stagePair(this.spec, stage);
    const deltas = this.deltaTensors(pair);
    const x = this.scratch('x', this.spec.dModel);
    if (deltas.length > 1 || this.isNormTouched(ln) || this.isWritten(pair.sum)) {
      this.sum(stage);
      this.norm(ln, this.resid, x);
    } else {
      this.norm(ln, this.resid, x, deltas[0]);
      this.touch(pair.sum, this.rowSlot(this.resid), stage);
    }
    return x;
  }

  protected isNormTouched(ln: string): boolean {
    return this.isTouched(`${ln}.hook_scale`) || this.isTouched(`${ln}.hook_normalized`);
  }

  /** to = norm of `from`, its sites announced; `delta`, if given, is first added to `from` (not where a site is touched). */
  protected norm(ln: string, from: string, to: string, delta?: string): void {
    if (this.isNormTouched(ln)) this.normInSteps(ln, from, to);
    else this.normRows(ln, ln, this.rows.count, from, to, delta);
  }

  /** One fused norm over `rows` rows of D columns with the weights of `ln`. */
  protected normRows(
    label: string,
    ln: string,
    rows: number,
    from: string,
    to: string,
    delta?: string,
  ): void {
    const { hasWeight, hasBias, shift, kind, eps } = this.spec.norm;
    const [w, b] = this.normWeights(ln);
    this.dispatch('norm', label, [{ id: delta ?? w }, { id: from }, { id: w }, { id: b }, { id: to }], {
      row0: 0,
      rows,
      width: this.spec.dModel,
      eps,
      hasDelta: delta === undefined ? 0 : 1,
      center: kind === 'layer' ? 1 : 0,
      hasWeight: hasWeight ? 1 : 0,
      hasBias: hasBias ? 1 : 0,
      shift,
    });
  }

  private normWeights(ln: string): [string, string] {
    const { hasWeight, hasBias } = this.spec.norm;
    return [hasWeight ? `${ln}.w` : this.unread(), hasBias ? `${ln}.b` : this.unread()];
  }

  private normInSteps(ln: string, from: string, to: string): void {
    const { hasWeight, hasBias, shift, kind, eps } = this.spec.norm;
    const width = this.spec.dModel;
    const center = kind === 'layer' ? 1 : 0;
    const rows = this.rows.count;
    const [scale, normalized] = [this.scratch('ln_scale', 1), this.scratch('ln_normalized', width)];
    this.dispatch('norm_scale', `${ln} scale`, [{ id: from }, { id: scale }], {
      row0: 0,
      rows,
      width,
      eps,
      center,
    });
    this.touch(`${ln}.hook_scale`, { tensor: scale, stride: 1, col: 0, width: 1 });
    this.dispatch('norm_center', `${ln} normalize`, [{ id: from }, { id: scale }, { id: normalized }], {
      row0: 0,
      rows,
      width,
      center,
    });
    this.touch(`${ln}.hook_normalized`, this.rowSlot(normalized));
    const [w, b] = this.normWeights(ln);
    this.dispatch('affine', `${ln} affine`, [{ id: normalized }, { id: w }, { id: b }, { id: to }], {
      row0: 0,
      rows,
      width,
      hasWeight: hasWeight ? 1 : 0,
      hasBias: hasBias ? 1 : 0,
      shift,
    });
  }
}
