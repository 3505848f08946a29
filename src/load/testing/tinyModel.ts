/** A GPT-2 of any size as the files of a folder, for tests; weights are zeros after a header. */
import golden from '../../../reference/tokenizer/golden.json';
import { familyOf } from '../../model/families';
import { elements } from '../../util/elements';
import { slotsOf } from '../../model/families/slots';

export interface TinyModel {
  readonly config: Buffer;
  readonly tokenizer: Buffer;
  /** The bytes before the weights. */
  readonly header: Buffer;
  /** Bytes of the whole weight file. */
  readonly size: number;
}

export function tinyModel(shape: { nLayers: number; nHeads: number; dModel: number }): TinyModel {
  const config = {
    model_type: 'gpt2',
    n_layer: shape.nLayers,
    n_head: shape.nHeads,
    n_embd: shape.dModel,
    n_positions: 64,
    vocab_size: 400,
    bos_token_id: 0,
  };
  const family = familyOf(config);
  const entries: Record<string, unknown> = {};
  let at = 0;
  for (const { parts } of slotsOf(family.parseConfig(config), family.modules)) {
    for (const part of parts) {
      const end = at + 4 * elements(part.shape);
      entries[part.sources[0]!] = { dtype: 'F32', shape: part.shape, data_offsets: [at, end] };
      at = end;
    }
  }
  const text = Buffer.from(JSON.stringify(entries));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return {
    config: Buffer.from(JSON.stringify(config)),
    tokenizer: Buffer.from(JSON.stringify(golden.tokenizer)),
    header: Buffer.concat([length, text]),
    size: 8 + text.length + at,
  };
}
