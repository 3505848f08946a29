/** Sharded checkpoints: a golden one, and inconsistent ones. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { blobSource } from './bytes';
import { diskFolder } from './disk';
import { openCheckpoint } from './open';
import { openTensorFile } from './safetensors';
import { tinyModel } from './testing/tinyModel';
import { inThisThread } from './tokenizer/inThisThread';

const model = tinyModel({ nLayers: 1, nHeads: 2, dModel: 64 });
const headerText = model.header.subarray(8).toString();
const entries = Object.entries(
  JSON.parse(headerText) as Record<string, { shape: number[]; data_offsets: [number, number] }>,
);

/** A file with some of the model's tensors; every weight is the same. */
function shard(names: readonly string[], byte: number): Buffer {
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, { shape, data_offsets: offsets }] of entries) {
    if (!names.includes(name)) continue;
    const end = at + offsets[1] - offsets[0];
    header[name] = { dtype: 'F32', shape, data_offsets: [at, end] };
    at = end;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(at, byte)]);
}

const names = entries.map(([name]) => name);
const half = Math.floor(names.length / 2);
const [ONE, TWO] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];

function files(first: Buffer, second: Buffer | null): Map<string, Blob> {
  const map = Object.fromEntries(names.map((name, i) => [name, i < half ? ONE : TWO]));
  const all: Record<string, Buffer | null> = {
    'config.json': model.config,
    'tokenizer.json': model.tokenizer,
    'model.safetensors.index.json': Buffer.from(JSON.stringify({ metadata: {}, weight_map: map })),
    [ONE]: first,
    [TWO]: second,
  };
  return new Map(
    Object.entries(all).flatMap(([name, bytes]) =>
      bytes ? [[name, new Blob([new Uint8Array(bytes)])]] : [],
    ),
  );
}
const open = (first: Buffer, second: Buffer | null) =>
  openCheckpoint(
    { kind: 'files', title: 'shards', files: files(first, second) },
    { startThread: inThisThread },
  );
const hex = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

describe('a checkpoint in two files', () => {
  const first = shard(names.slice(0, half), 0x3c);
  const second = shard(names.slice(half), 0x3d);

  it('hands on every row once, and is named by the hashes of both', async () => {
    const { weights } = await open(first, second);
    expect(weights.bytes).toBe(first.length + second.length);
    const rows = new Map<string, number>();
    const read: number[] = [];
    const { sha256 } = await weights.stream(
      { write: async (slot, _, count) => void rows.set(slot.name, (rows.get(slot.name) ?? 0) + count) },
      { onBytes: (bytes) => read.push(bytes) },
    );
    for (const { name, shape } of weights.slots) expect(rows.get(name), name).toBe(shape[0]);
    expect(read.at(-1)).toBe(weights.bytes);
    expect(sha256).toBe(hex(hex(first) + hex(second)));
    const float = (byte: number) => Buffer.alloc(4, byte).readFloatLE();
    expect(new Set(await weights.get('embed.W_E'))).toEqual(new Set([float(0x3c)]));
    expect(new Set(await weights.get('ln_final.b'))).toEqual(new Set([float(0x3d)]));
  });

  it.each<[string, Buffer, Buffer | null, string]>([
    ['is missing', first, null, `${TWO}: is missing in the chosen folder.`],
    ['is cut off', first, second.subarray(0, -4), `${TWO}: wrong size`],
    [
      'repeats a tensor',
      first,
      shard(names.slice(half - 1), 0x3c),
      `${TWO}: tensor '${names[half - 1]}' occurs twice, got another in ${ONE}`,
    ],
    [
      'lacks a tensor',
      first,
      shard(names.slice(half + 1), 0x3c),
      `model.safetensors.index.json: tensor '${names[half]}' is missing`,
    ],
  ])('whose second %s is refused in one sentence', async (_, one, two, sentence) => {
    await expect(open(one, two)).rejects.toThrow(sentence);
    await expect(open(one, two)).rejects.toThrow(/^[\w.-]+: [^\n]*$/);
  });
});

describe.each(['disk', 'blob'])('a file on %s', (kind) => {
  it('is read alike in parts and in one stream, from any byte', async () => {
    const folder = diskFolder('public/models/atlas');
    const source =
      kind === 'disk'
        ? (await folder.openFile('model.safetensors'))!
        : blobSource('model.safetensors', (await folder.readFile('model.safetensors'))!);
    const { tensors } = await openTensorFile(source, 'model.safetensors');
    const { begin, end } = tensors.at(-1)!;
    const pieces: Uint8Array[] = [];
    for await (const piece of source.stream(begin)) pieces.push(piece);
    expect(hex(Buffer.concat(pieces))).toBe(hex(await source.read(begin, end)));
    expect(end).toBe(source.size);
  });
});
