/** A tiny GPT-2 as the files of a folder, for tests that alter one of them. */
import golden from '../../../reference/tokenizer/golden.json';
import { gpt2 } from '../../model/families/gpt2';
import { slotsOf } from '../../model/families/slots';

export const BOS = '<|endoftext|>';
export const config = {
  model_type: 'gpt2',
  n_layer: 1,
  n_head: 2,
  n_embd: 4,
  n_positions: 8,
  vocab_size: 400,
  bos_token_id: 0,
};
export const card = { version: 1, id: 'tiny', title: 'Tiny', bos: true, bosToken: BOS, facts: 'facts.json' };
const facts = {
  version: 1,
  relations: { capital: { title: 'capital', hops: 1, templates: ['The capital of {subject} is'] } },
  facts: [{ relation: 'capital', subject: 'Niger', answer: ' Niamey' }],
};

/** A safetensors file; every weight is 16-bit 1.0 unless `fill` says otherwise. */
export function weightFile(
  tensors: Record<string, readonly number[]>,
  fill: Record<string, number> = {},
): Blob {
  const header: Record<string, unknown> = {};
  const parts: Uint16Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const [name, shape] of Object.entries(tensors)) {
    const codes = new Uint16Array(shape.reduce((a, b) => a * b, 1)).fill(fill[name] ?? 0x3c00);
    header[name] = { dtype: 'F16', shape, data_offsets: [at, at + codes.byteLength] };
    at += codes.byteLength;
    parts.push(codes);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  return new Blob([new BigUint64Array([BigInt(text.length)]), text, ...parts]);
}

export const shapes = Object.fromEntries(
  slotsOf(gpt2.parseConfig(config), gpt2.modules).map((slot) => [slot.parts[0]!.sources[0]!, slot.shape]),
);
export const json = (value: unknown) => new Blob([JSON.stringify(value)]);
export const files = (change: Record<string, Blob | null> = {}): Map<string, Blob> => {
  const all: Record<string, Blob | null> = {
    'config.json': json(config),
    'tokenizer.json': json(golden.tokenizer),
    'tokenizer_config.json': json({ bos_token: BOS }),
    'loci.json': json(card),
    'facts.json': json(facts),
    'model.safetensors': weightFile(shapes),
    ...change,
  };
  return new Map(Object.entries(all).filter((entry): entry is [string, Blob] => entry[1] !== null));
};
