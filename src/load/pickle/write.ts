/**
 * Writes what torch.save writes: a zip of a pickle and the tensors' bytes. torch.load opens it with
 * `weights_only=True`. Source: torch.serialization; opcodes: CPython's Lib/pickletools.py.
 */
import { zipSync } from 'fflate';
import { concat } from '../../util/concat';
import { elements } from '../../util/elements';
import { range } from '../../util/range';

export interface TensorBytes {
  readonly kind: 'tensor';
  readonly dtype: 'F32' | 'F16';
  readonly shape: readonly number[];
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type Saved =
  | null
  | boolean
  | number
  | string
  | TensorBytes
  | readonly Saved[]
  | ReadonlyMap<string | number, Saved>;

const STORAGES = { F32: { name: 'FloatStorage', bytes: 4 }, F16: { name: 'HalfStorage', bytes: 2 } };

/** The bytes of a file. Equal values give equal bytes. Whole numbers must fit in 32 bits. */
export function torchSave(value: Saved): Uint8Array {
  const storages: Uint8Array[] = [];
  const pickle = concat([Uint8Array.of(0x80, 2), ...pickled(value, storages), Uint8Array.of(0x2e)]);
  const text = (content: string) => new TextEncoder().encode(content);
  const files = {
    'archive/data.pkl': pickle,
    'archive/byteorder': text('little'),
    ...Object.fromEntries(storages.map((bytes, key) => [`archive/data/${key}`, bytes])),
    'archive/version': text('3\n'),
  };
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
}

type Parts = readonly Uint8Array[];

function pickled(value: Saved, storages: Uint8Array[]): Parts {
  if (value === null) return [op(0x4e)];
  if (typeof value === 'boolean') return [op(value ? 0x88 : 0x89)];
  if (typeof value === 'number') return [Number.isInteger(value) ? int(value) : float(value)];
  if (typeof value === 'string') return [text(value)];
  if ('kind' in value) return tensor(value, storages);
  // EMPTY_DICT MARK .. SETITEMS, EMPTY_LIST MARK .. APPENDS
  if (value instanceof Map) {
    const items = [...value].flatMap(([key, one]) => [...pickled(key, []), ...pickled(one, storages)]);
    return [op(0x7d, 0x28), ...items, op(0x75)];
  }
  const items = (value as readonly Saved[]).flatMap((one) => pickled(one, storages));
  return [op(0x5d, 0x28), ...items, op(0x65)];
}

/** torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict()) */
function tensor({ dtype, shape, bytes }: TensorBytes, storages: Uint8Array[]): Parts {
  const { name, bytes: size } = STORAGES[dtype];
  const key = storages.push(bytes) - 1;
  const strides = shape.map((_, i) => elements(shape.slice(i + 1)));
  const id = tuple(
    text('storage'),
    global('torch', name),
    text(String(key)),
    text('cpu'),
    int(bytes.length / size),
  );
  const ordered = [global('collections', 'OrderedDict'), ...tuple(), op(0x52)];
  const args = tuple(
    ...[...id, op(0x51), int(0), ...tuple(...shape.map(int)), ...tuple(...strides.map(int))],
    ...[op(0x89), ...ordered],
  );
  return [global('torch._utils', '_rebuild_tensor_v2'), ...args, op(0x52)];
}

const op = (...codes: number[]): Uint8Array => Uint8Array.from(codes);

const tuple = (...parts: Uint8Array[]): Parts => [op(0x28), ...parts, op(0x74)];

const global = (module: string, name: string): Uint8Array =>
  concat([op(0x63), new TextEncoder().encode(`${module}\n${name}\n`)]);

function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  return concat([op(0x58), littleEndian(bytes.length), bytes]);
}

const int = (value: number): Uint8Array => concat([op(0x4a), littleEndian(value)]);

const littleEndian = (value: number): Uint8Array =>
  Uint8Array.from(range(0, 4), (i) => (value >> (8 * i)) & 255);

function float(value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = 0x47;
  new DataView(bytes.buffer).setFloat64(1, value, false);
  return bytes;
}
