/** A finding's panels describe its own model, whichever is open. */
import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { ModelMenu } from './modelMenu';
import { test, uncaughtErrors, Workbench } from './workbench';

const GROUPED = 'reference/goldens/gguf/tiny-llama.gguf';

test('models of other shapes open beside a finding, whose labels and numbers stay', async ({ page }) => {
  const errors = uncaughtErrors(page);
  const bench = new Workbench(page);
  const models = new ModelMenu(bench);
  await page.goto('./');
  await bench.ready();
  const large = bench.handle('attention-large');
  await bench.openTab('Attention');
  await expect(large).toContainText('Of all heads, it looks hardest from ·is at the subject');
  await bench.handle('attention-grid').getByLabel('Layer 2, head 3').click();
  await page.mouse.move(0, 0);
  const read = async () => {
    await bench.openTab('Lens');
    const lens = await bench.handle('lens').textContent();
    await bench.openTab('Attention');
    return {
      finding: await bench.finding(),
      attention: await large.textContent(),
      cells: await large.getByRole('gridcell').evaluateAll((all) => all.map((one) => one.ariaLabel)),
      heads: await bench.handle('attention-grid').getByRole('button').count(),
      lens,
    };
  };
  const before = await read();
  expect(before.attention).toContain('Layer 2, head 3');
  expect(before.attention).not.toContain('KV');
  const open = async (files: Parameters<ModelMenu['pick']>[0], heads: string) => {
    await models.show();
    await models.pick(files);
    await expect(models.menu).toContainText(heads);
    await models.hide();
    await expect(bench.handle('other-model')).toContainText('This finding is about Atlas, and');
    expect(await read()).toEqual(before);
  };

  await test.step('query heads that share keys and values', async () => {
    await open(GROUPED, 'key-value heads, each serves');
  });
  await test.step('twelve layers of twelve heads', async () => {
    await open(await twelveByTwelve(), '12 layers');
  });

  await test.step('on the way back to the finding it says which model it needs', async () => {
    const address = page.url();
    await bench.handle('example').nth(1).click();
    await expect.poll(() => page.url()).not.toBe(address);
    await bench.openTab('Attention');
    await expect(page.getByText(/Attention maps are read from Atlas, and .* is open/)).toBeVisible();
    await page.goBack();
    await expect(bench.handle('finding')).toHaveText(before.finding);
    await bench.openTab('Lens');
    await expect(page.getByText(/The logit lens is read from Atlas, and .* is open/)).toBeVisible();
    await models.show();
    await models.builtin('Atlas').click();
    await models.opened('Atlas');
    await models.hide();
    await expect(bench.handle('other-model')).toHaveCount(0);
    // Away from anything that would show a preview.
    await page.mouse.move(0, 0);
    await expect.poll(read).toEqual(before);
  });
  expect(errors).toEqual([]);
});

const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

/** A GPT-2 with twelve layers and heads, small random weights and Atlas's tokenizer. */
async function twelveByTwelve() {
  const [width, layers] = [48, 12];
  const atlas = JSON.parse(await readFile('public/models/atlas/config.json', 'utf8'));
  const shapes: Record<string, number[]> = {
    'wte.weight': [atlas.vocab_size, width],
    'wpe.weight': [atlas.n_positions, width],
    'ln_f.weight': [width],
    'ln_f.bias': [width],
  };
  for (let layer = 0; layer < layers; layer++) {
    const parts: Record<string, [number, number]> = {
      'attn.c_attn': [width, 3 * width],
      'attn.c_proj': [width, width],
      'mlp.c_fc': [width, 4 * width],
      'mlp.c_proj': [4 * width, width],
    };
    for (const [name, shape] of Object.entries(parts)) {
      shapes[`h.${layer}.${name}.weight`] = shape;
      shapes[`h.${layer}.${name}.bias`] = [shape[1]];
    }
    for (const norm of ['ln_1', 'ln_2'])
      for (const part of ['weight', 'bias']) shapes[`h.${layer}.${norm}.${part}`] = [width];
  }
  let [size, random] = [0, 1];
  const header: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const begin = size;
    size += 4 * shape.reduce((a, b) => a * b, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, size] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const bytes = Buffer.alloc(8 + text.length + size);
  bytes.writeBigUInt64LE(BigInt(text.length));
  text.copy(bytes, 8);
  for (let at = 8 + text.length; at < bytes.length; at += 4) {
    random = (random * 48271) % 2147483647;
    bytes.writeFloatLE((random / 2147483647 - 0.5) / 5, at);
  }
  const config = { ...atlas, n_embd: width, n_head: 12, n_layer: layers, torch_dtype: 'float32' };
  return [
    file('config.json', Buffer.from(JSON.stringify(config))),
    file('model.safetensors', bytes),
    file('tokenizer.json', await readFile('public/models/atlas/tokenizer.json')),
  ];
}
