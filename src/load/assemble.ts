/** Assembles a weight from a checkpoint's tensors: stacks parts, puts rows in kernel order. */
import type { WeightPart, WeightSlot } from '../model/spec';
import { elements } from '../util/elements';

/** The first of a part's names that the checkpoint has, or undefined. */
export function sourceOf(part: WeightPart, has: (name: string) => boolean): string | undefined {
  return part.sources.find(has);
}

/** Rows of a part and elements per row; each element of a vector is a row. */
export function rowsOf(shape: readonly number[]): { rows: number; width: number } {
  const [rows = 1, ...rest] = shape;
  return { rows, width: elements(rest) };
}

/** The rows [begin, end) of its tensor that a part takes. */
export function takenRows({ taken, shape }: WeightPart): readonly [begin: number, end: number] {
  return taken ?? [0, rowsOf(shape).rows];
}

/** All values of a slot, row-major. `read` returns a part's tensor, widened to 32 bits. */
export async function assembleSlot(
  slot: WeightSlot,
  read: (part: WeightPart) => Promise<Float32Array>,
): Promise<Float32Array> {
  const { rows, width } = rowsOf(slot.shape);
  const out = new Float32Array(rows * width);
  let first = 0;
  for (const part of slot.parts) {
    const values = await read(part);
    const [begin, end] = takenRows(part);
    for (let row = 0; row < end - begin; row++) {
      const [from, to] = [begin + row, first + (part.place?.(row) ?? row)];
      out.set(values.subarray(from * width, (from + 1) * width), to * width);
    }
    first += end - begin;
  }
  return out;
}
