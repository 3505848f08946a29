/** Hand-made pickles and archives, for tests of refusals. */

const encoder = new TextEncoder();

export const bytes = (...parts: (number | Uint8Array)[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));

const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
const u64 = (value: number) => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
const u16 = (value: number) => new Uint8Array(Uint16Array.of(value).buffer);

export const text = (value: string) => bytes(0x58, u32(encoder.encode(value).length), encoder.encode(value));
export const int = (value: number) =>
  value < 2 ** 31 ? bytes(0x4a, u32(value)) : bytes(0x8a, 8, u64(value));
export const global = (module: string, name: string) => bytes(0x63, encoder.encode(`${module}\n${name}\n`));
export const tuple = (...items: Uint8Array[]) => bytes(0x28, ...items, 0x74);
export const call = (called: Uint8Array, ...args: Uint8Array[]) => bytes(called, tuple(...args), 0x52);
export const dict = (entries: Record<string, Uint8Array>) =>
  bytes(0x7d, 0x28, ...Object.entries(entries).flatMap(([name, value]) => [text(name), value]), 0x75);

/** A dictionary with whole numbers for keys. */
export const intDict = (entries: readonly (readonly [number, Uint8Array])[]) =>
  bytes(0x7d, 0x28, ...entries.flatMap(([key, value]) => [int(key), value]), 0x75);

export const storage = (count: number, key = '0', type = 'FloatStorage') =>
  bytes(tuple(text('storage'), global('torch', type), text(key), text('cpu'), int(count)), 0x51);

/** torch._utils._rebuild_tensor_v2 of a storage. */
export const tensor = (
  of: Uint8Array,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
) =>
  call(
    global('torch._utils', '_rebuild_tensor_v2'),
    of,
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    bytes(0x89),
    call(global('collections', 'OrderedDict')),
  );

/** A complete pickle. */
export const pickle = (...parts: Uint8Array[]) => bytes(0x80, 2, ...parts, 0x2e);

export interface ArchiveOptions {
  /** 0 stored, 8 deflated. */
  readonly method?: number;
  /** Sizes and offsets only in zip64 fields. */
  readonly zip64?: boolean;
}

/** An archive of stored entries. */
export function archive(
  entries: Record<string, Uint8Array>,
  { method = 0, zip64 = false }: ArchiveOptions = {},
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  const wide = 0xffffffff;
  let at = 0;
  for (const [name, content] of Object.entries(entries)) {
    const title = encoder.encode(name);
    const size = content.length;
    const extra = zip64 ? bytes(u16(1), u16(24), u64(size), u64(size), u64(at)) : bytes();
    const sizes = zip64 ? bytes(u32(wide), u32(wide)) : bytes(u32(size), u32(size));
    // Version, flags, method, time and date, CRC, sizes.
    const common = bytes(u16(45), u16(0), u16(method), u32(0), u32(0), sizes, u16(title.length));
    const local = bytes(u32(0x04034b50), common, u16(0), title, content);
    directory.push(
      bytes(
        ...[u32(0x02014b50), u16(45), common, u16(extra.length), u16(0), u16(0), u16(0), u32(0)],
        ...[u32(zip64 ? wide : at), title, extra],
      ),
    );
    parts.push(local);
    at += local.length;
  }
  const listed = bytes(...directory);
  const count = directory.length;
  const end64 = bytes(
    ...[u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0)],
    ...[u64(count), u64(count), u64(listed.length), u64(at)],
    ...[u32(0x07064b50), u32(0), u64(at + listed.length), u32(1)],
  );
  const end = bytes(
    ...[u32(0x06054b50), u32(0), u16(zip64 ? 0xffff : count), u16(zip64 ? 0xffff : count)],
    ...[u32(zip64 ? wide : listed.length), u32(zip64 ? wide : at), u16(0)],
  );
  return bytes(...parts, listed, ...(zip64 ? [end64] : []), end);
}
