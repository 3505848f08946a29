/** Numbers from a NumPy .npy file: one axis, or one row; float32 or float64. */
import { expectThat } from '../../../experiments/common/parse';
import { readNpyHeader } from '../../../share/npyHeader';
import { MOST } from '../../../util/bounds';

/** Null for a file of another kind. Throws one sentence for a .npy file of other content. */
export function npyOf(bytes: Uint8Array): number[] | null {
  const header = readNpyHeader(bytes);
  if (!header) return null;
  const { version, text, begin } = header;
  expectThat(version === 1, 'npy: version', version, '1, which numpy.save writes');
  const [, type = 'nothing', width] = /'descr': *('<f([48])'|[^,]+)/.exec(text) ?? [];
  expectThat(width !== undefined, 'npy: descr', type, "'<f4' or '<f8'");
  const [, order = 'nothing'] = /'fortran_order': *(\w+)/.exec(text) ?? [];
  expectThat(order === 'False', 'npy: fortran_order', order, 'False');
  const [, shape = 'nothing', count] = /'shape': *(\((?:1, *)?(\d{1,9}),?\)|[^)]*\)?)/.exec(text) ?? [];
  expectThat(count !== undefined, 'npy: shape', shape, 'one axis, or one row');
  const [n, size] = [Number(count), Number(width)];
  expectThat(n <= MOST.entries, 'npy: shape', `${n} numbers`, `at most ${MOST.entries}`);
  const length = bytes.length - begin;
  expectThat(length === n * size, 'npy: data', `${length} bytes`, `${n * size} for ${n} numbers`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + begin);
  const values = Array.from({ length: n }, (_, i) =>
    size === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
  );
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  expectThat(wrong < 0, `npy: number ${wrong}`, values[wrong], 'a finite number');
  return values;
}
