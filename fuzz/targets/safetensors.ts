/** Files in the safetensors format; every tensor is read. */
import { concat } from '../../src/util/concat';
import { openSafetensors } from '../../src/load/safetensors';
import { bytesOf, filesIn } from '../corpus';
import { mutateBytes } from '../mutate/bytes';
import { mutateJson, setField } from '../mutate/json';
import { TEXTS } from '../mutate/names';
import type { Random } from '../random';
import { lostNames, target } from '../target';

const headerOf = (file: Uint8Array) => {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return { json: file.subarray(8, 8 + length), data: file.subarray(8 + length) };
};

function withHeader(header: unknown, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  return concat([new Uint8Array(BigUint64Array.of(BigInt(json.length)).buffer), json, data]);
}

/** A small file with a tensor per name, covering all readable types. */
function sample(names: readonly string[]): Uint8Array {
  const types = [
    ['F32', 4],
    ['F16', 2],
    ['BF16', 2],
    ['I32', 4],
  ] as const;
  let at = 0;
  const entries = names.map((name, i) => {
    const [dtype, size] = types[i % types.length]!;
    const shape = [2, 1 + (i % 3)];
    const begin = at;
    at += size * shape[0]! * shape[1]!;
    return [name, { dtype, shape, data_offsets: [begin, at] }];
  });
  return withHeader(Object.fromEntries([['__metadata__', { format: 'pt' }], ...entries]), new Uint8Array(at));
}

/** Renames a tensor, which leaves the file valid. */
function renamed(header: Record<string, unknown>, random: Random): Record<string, unknown> {
  const entries = Object.entries(header);
  const at = random.below(entries.length);
  const other: Record<string, unknown> = {};
  entries.forEach(([name, entry], i) => {
    setField(other, i === at ? random.pick(TEXTS) : name, entry);
  });
  return other;
}

function mutate(file: Uint8Array, random: Random): Uint8Array {
  const { json, data } = headerOf(file);
  const header = JSON.parse(new TextDecoder().decode(json)) as Record<string, unknown>;
  switch (random.below(4)) {
    case 0:
      return mutateBytes(file, random, 8 + json.length);
    case 1:
      return withHeader(renamed(header, random), data);
    case 2: {
      const bytes = mutateBytes(data, random);
      return withHeader(header, bytes.length === data.length ? bytes : data);
    }
    default:
      return withHeader(mutateJson(header, random), data);
  }
}

export const safetensors = target<Uint8Array>({
  name: 'safetensors',
  seeds: () => [
    sample(['wte.weight', 'h.0.attn.bias', 'h.0.ln_1.weight', 'x', 'y']),
    sample(['a', 'b']),
    ...filesIn('public/models/inverse-permutation', '.safetensors').map(bytesOf),
  ],
  mutate,
  async run(bytes) {
    const file = await openSafetensors(new Blob([Uint8Array.from(bytes)]), 'model.safetensors');
    for (const name of file.tensors.keys()) await file.tensor(name);
    const header = JSON.parse(new TextDecoder().decode(headerOf(bytes).json)) as object;
    const names = Object.keys(header).filter((name) => name !== '__metadata__' && name !== 'metadata');
    return lostNames(names, file.tensors.keys());
  },
});
