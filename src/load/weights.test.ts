import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { familyOf } from '../model/families';
import { parseJson } from '../util/parse';
import { blobSource } from './bytes';
import { dequantize } from './dequantize';
import { diskFolder } from './disk';
import { openSafetensors, openTensorFile } from './safetensors';
import { checkpointWeights } from './weights';

async function openGolden(name: string) {
  const folder = diskFolder(`reference/goldens/${name}`);
  const config = parseJson(await (await folder.readFile('config.json'))!.text(), 'config.json');
  const family = familyOf(config);
  const spec = family.parseConfig(config);
  const source = (await folder.openFile('model.safetensors'))!;
  const file = [await openTensorFile(source, 'model.safetensors')];
  const golden = await openSafetensors((await folder.readFile('golden.safetensors'))!, 'golden.safetensors');
  return { family, spec, file, golden };
}

describe.each(['tiny-a', 'tiny-b', 'tiny-c'])('weights of %s against PyTorch', (name) => {
  it('give the embeddings that PyTorch gives, bit by bit (halves widened, masks ignored, either naming)', async () => {
    const { family, spec, file, golden } = await openGolden(name);
    const weights = checkpointWeights(file, family, spec, 'model.safetensors');
    const embed = await weights.get('embed.W_E');
    const position = await weights.get('pos_embed.W_pos');
    const prompts = [...golden.tensors.keys()].filter((key) => key.endsWith('/tokens'));
    expect(prompts.length).toBeGreaterThan(0);
    for (const key of prompts) {
      const tokens = (await golden.tensor(key)).data;
      const rows = [...tokens].flatMap((id) => [...embed.subarray(id * spec.dModel, (id + 1) * spec.dModel)]);
      expect(rows).toEqual([...(await golden.tensor(key.replace('tokens', 'hook_embed'))).data]);
      const places = (await golden.tensor(key.replace('tokens', 'hook_pos_embed'))).data;
      expect([...position.subarray(0, places.length)]).toEqual([...places]);
    }
  });

  it('fill every slot with its shape', async () => {
    const { family, spec, file } = await openGolden(name);
    const weights = checkpointWeights(file, family, spec, 'model.safetensors');
    let count = 0;
    for (const slot of weights.slots) {
      expect(weights.shape(slot.name)).toEqual(slot.shape);
      count += (await weights.get(slot.name)).length;
    }
    expect(count).toBe(weights.parameters);
    expect(() => weights.shape('blocks.9.ln1.w')).toThrow(/^internal: no weight named/);
  });
});

it.each(['tiny-a', 'tiny-llama', 'tiny-llama-untied', 'tiny-gpt_neox'])(
  'one row of a weight is that row of all (%s)',
  async (name) => {
    const { family, spec, file } = await openGolden(name);
    const weights = checkpointWeights(file, family, spec, 'model.safetensors');
    for (const slot of weights.slots.filter(({ shape }) => shape.length === 2)) {
      const all = await weights.get(slot.name);
      const [rows, width] = slot.shape as [number, number];
      for (const row of [0, 1, rows - 1])
        expect(await weights.get(`${slot.name}[${row}]`)).toEqual(all.slice(row * width, (row + 1) * width));
    }
  },
);

describe('two weights that share a tensor (tiny-phi3: gate and input of the MLP)', () => {
  const path = 'reference/goldens/tiny-phi3/model.safetensors';
  const open = async (bytes: Uint8Array<ArrayBuffer>) => {
    const { family, spec } = await openGolden('tiny-phi3');
    const file = await openTensorFile(blobSource(path, new Blob([bytes])), path);
    return { file, weights: checkpointWeights([file], family, spec, path) };
  };
  const bytes = async () => new Uint8Array(await readFile(path));

  it('are given their own rows as they are streamed, each once', async () => {
    const { weights } = await open(await bytes());
    const streamed = new Map<string, Float32Array>();
    await weights.stream({
      write: async ({ name, shape }, first, rows, dtype, raw) => {
        const values = dequantize(dtype, raw);
        const all = streamed.get(name) ?? new Float32Array(shape.reduce((a, b) => a * b)).fill(NaN);
        all.set(values, (first * values.length) / rows);
        streamed.set(name, all);
      },
    });
    for (const { name } of weights.slots) expect(streamed.get(name), name).toEqual(await weights.get(name));
    const [gate, input] = [streamed.get('blocks.0.mlp.W_gate'), streamed.get('blocks.0.mlp.W_in')];
    expect(gate).not.toEqual(input);
  });

  it('are told apart where one of them has a number that is not finite', async () => {
    const damaged = await bytes();
    const { file } = await open(damaged);
    const { end } = file.tensors.find(({ name }) => name === 'model.layers.1.mlp.gate_up_proj.weight')!;
    // A half with an all-ones exponent.
    damaged.set([0x00, 0x7e], end - 2);
    const { weights } = await open(damaged);
    const { notFinite } = await weights.stream({ write: async () => {} });
    expect(notFinite.map(({ name, nan }) => [name, nan])).toEqual([['blocks.1.mlp.W_in', 1]]);
  });
});

describe('a checkpoint that does not fit its config', () => {
  it('is refused by the name of the tensor', async () => {
    const { family, spec, file } = await openGolden('tiny-a');
    const check = (change: object) => checkpointWeights(file, family, { ...spec, ...change }, 'm');
    expect(() => check({ dMlp: 100 })).toThrow(
      new Error(
        "m: tensor 'transformer.h.0.mlp.c_fc.weight' has the wrong shape, got [48,192], expected [48,100] from config.json.",
      ),
    );
    expect(() => check({ nLayers: 3 })).toThrow(
      new Error("m: tensor 'h.2.ln_1.weight' is missing, expected shape [48]."),
    );
    expect(() => check({ nLayers: 1 })).toThrow(/^m: unknown tensor, got "transformer\.h\.1\./);
  });
});
