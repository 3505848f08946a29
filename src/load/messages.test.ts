/** Puts a long hostile text in every place of every model file; each must give one short line. */
import { describe, expect, it } from 'vitest';
import { familyOf } from '../model/families';
import { blobSource } from './bytes';
import { parseCard, parseFacts } from './card';
import { openGguf } from './gguf';
import { openPickled } from './pickle';
import { openSafetensors } from './safetensors';
import { shardNames } from './shards';
import { loadTokenizer } from './tokenizer';

const ACTS = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const EVIL = '\x1b[2J\u202e\ud800\n\x9b"'.repeat(1500);

const card = { version: 1, id: 'x', title: 'X', bos: true, bosToken: 'b', facts: 'facts.json', sigma: null };
const facts = {
  version: 1,
  relations: { r: { title: 't', hops: 1, templates: ['{subject} is'] } },
  facts: [{ relation: 'r', subject: 's', answer: 'a' }],
};
const index = { weight_map: { a: 'model-1.safetensors' } };
const config = { model_type: 'gpt2', n_layer: 1, n_head: 1, n_embd: 4, vocab_size: 5, n_positions: 8 };
const header = { __metadata__: { k: 'v' }, a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } };
const tokenizer = { model: { type: 'BPE', vocab: { a: 0 }, merges: [] }, decoder: { type: 'ByteLevel' } };

function safetensors(json: unknown) {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const bytes = new Uint8Array(8 + text.length + 4);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return openSafetensors(bytes.buffer, 'm.safetensors');
}

const parsers: Readonly<Record<string, readonly [good: unknown, parse: (json: unknown) => unknown]>> = {
  card: [card, parseCard],
  facts: [facts, (json) => parseFacts(json, 'facts.json')],
  'shard index': [index, (json) => shardNames(json, 'index.json', 'safetensors')],
  config: [config, (json) => familyOf(json).parseConfig(json)],
  safetensors: [header, safetensors],
  tokenizer: [tokenizer, (json) => loadTokenizer(json, undefined)],
};

/** Replaces every value and every key by the hostile text, one at a time. */
function* spoiled(value: unknown): Generator<unknown> {
  yield EVIL;
  yield [EVIL];
  yield { [EVIL]: EVIL };
  if (Array.isArray(value)) {
    for (const i of value.keys()) for (const other of spoiled(value[i])) yield value.with(i, other);
  } else if (value !== null && typeof value === 'object') {
    yield { ...value, [EVIL]: 1 };
    for (const [key, field] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      yield { ...rest, [EVIL]: field };
      for (const other of spoiled(field)) yield { ...value, [key]: other };
    }
  }
}

const refusal = async (work: () => unknown): Promise<string | null> => {
  try {
    await work();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

function expectShort(message: string): void {
  expect(message).not.toMatch(ACTS);
  expect(message.length).toBeLessThan(1000);
}

describe('messages about a hostile file', () => {
  it.each(Object.entries(parsers))('of a %s are short', async (_, [good, parse]) => {
    expect(await refusal(() => parse(good))).toBeNull();
    let refused = 0;
    for (const json of spoiled(good)) {
      const message = await refusal(() => parse(json));
      if (message === null) continue;
      refused++;
      expectShort(message);
    }
    expect(refused).toBeGreaterThan(5);
  });

  it('of binary files are short, their names included', async () => {
    const u64 = (n: number) => new Uint8Array(new BigUint64Array([BigInt(n)]).buffer);
    const text = new TextEncoder().encode(EVIL);
    const key = [u64(text.length), text];
    const string = [new Uint8Array([8, 0, 0, 0]), ...key];
    const magic = [new TextEncoder().encode('GGUF'), new Uint8Array([3, 0, 0, 0])];
    const ggufs = [
      new Blob([EVIL]),
      new Blob([...magic, u64(0), u64(2), ...key, ...string, ...key, ...string] as BlobPart[]),
      new Blob([...magic, u64(0), u64(1), ...key, ...string] as BlobPart[]),
      new Blob([...magic, u64(1), u64(0), ...key, new Uint8Array([9, 0, 0, 0])] as BlobPart[]),
    ];
    const calls = new TextEncoder().encode(`\x80\x02c${EVIL.replaceAll('\n', ' ')}\nx\n.`).slice(1);
    const pickles = [new Blob([EVIL]), new Blob([new Uint8Array([0x80]), calls.slice(1)])];
    for (const blob of ggufs) {
      const source = blobSource(`${EVIL}.gguf`, blob);
      expectShort((await refusal(() => openGguf(source, source.name)))!);
    }
    for (const blob of pickles) {
      const source = blobSource(`${EVIL}.bin`, blob);
      expectShort((await refusal(() => openPickled(source, source.name)))!);
    }
  });
});
