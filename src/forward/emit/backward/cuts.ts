/** Cut edges backward: the sender loses its share of the receiver's gradient. */
import type { ResolvedCut } from '../../request/resolved';
import { type Columns, type Ctx, copyRows, scratch } from '../context';
import { rowsOf } from '../rows';
import { type Slot, wholeSlot } from '../slots';
import { axisSize } from '../../../model/sites';
import { allRows, type Back, clear, gradient, type MemberEdit } from './back';
import { projectBack } from './products';

/** slot: the gradient at the receiver, which a cut passes on unchanged. */
export function cutBack(
  back: Back,
  { member, edit }: MemberEdit,
  { terms, share }: ResolvedCut,
  slot: Slot,
): void {
  const { ctx } = back;
  const { dModel: D, dMlp: M, residScale } = ctx.spec;
  const rows = rowsOf(ctx.rows, member, edit.rows);
  const from = { ...slot, col: slot.col + edit.spans[0]![0] };
  const table = () => Uint32Array.from(rows.flatMap((row) => [row, row]));
  for (const { key, site, columns, isNeuron } of terms) {
    const sent = arrivedAt(
      back,
      key,
      site.axes.slice(1).reduce((n, axis) => n * axisSize(ctx.spec, axis, 1), 1),
    );
    const by = { name: `cut.${rows.join()}`, rows: rows.length, table };
    const send = (read: Columns, col: number, width: number, weight: number) =>
      copyRows(ctx, `cut ${key} back`, { ...by, weight }, [read, { ...sent, col }], width);
    if (!isNeuron) {
      for (const column of columns) send(from, column, D, -share);
      continue;
    }
    const read = neuronsBack(ctx, `blocks.${site.layer}.mlp.W_out`, from, M);
    for (const column of columns) send({ ...read, col: column }, column, 1, -share * residScale);
  }
}

/** The gradient that arrives at a sender; zeros at first. */
function arrivedAt({ ctx, arrived }: Back, key: string, width: number): Slot {
  const known = arrived.get(key);
  if (known) return known;
  const slot = wholeSlot(gradient(ctx, `arrived.${key}`, width), width);
  clear(ctx, slot, width);
  arrived.set(key, slot);
  return slot;
}

/** Per neuron, the receiver's gradient along what it adds to the stream: [R, M]. */
function neuronsBack(ctx: Ctx, W: string, from: Columns, M: number): Slot {
  const D = ctx.spec.dModel;
  const [g, out] = [scratch(ctx, 'g.received', D), scratch(ctx, 'g.neurons', M)];
  copyRows(ctx, 'received', allRows(ctx), [from, { tensor: g, stride: D, col: 0 }], D);
  projectBack(ctx, { label: 'neurons back', g, K: M, N: D, W, out });
  return wholeSlot(out, M);
}
