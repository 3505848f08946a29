/** Tensors that are not row-major: transposed, sliced, repeated. */
import { elements } from '../util/elements';

/** Elements in row-major order. `bytes` starts at the first element; `size`: bytes per element. */
export function gather(
  bytes: Uint8Array,
  shape: readonly number[],
  strides: readonly number[],
  size: number,
): Uint8Array<ArrayBuffer> {
  const count = elements(shape);
  const out = new Uint8Array(count * size);
  const place = shape.map(() => 0);
  let from = 0;
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < size; b++) out[i * size + b] = bytes[from * size + b]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place[axis]!++;
      from += strides[axis]!;
      if (place[axis]! < shape[axis]!) break;
      from -= place[axis]! * strides[axis]!;
      place[axis] = 0;
    }
  }
  return out;
}
