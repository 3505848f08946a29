/** The same package in a browser, with the WebAssembly file from the page's own server. */
import { expect, it } from 'vitest';
import { families } from '../model/families';
import { exportOnnx } from './export';
import { runOnnx } from './run';
import { slotsOf } from '../model/families/slots';

it('runs a model in the browser without reaching another server', async () => {
  const spec = families.gpt2!.parseConfig({
    model_type: 'gpt2',
    n_layer: 1,
    n_head: 1,
    n_embd: 4,
    n_positions: 8,
    vocab_size: 5,
  });
  const slots = slotsOf(spec, families.gpt2!.modules);
  const zeros = async (name: string) => {
    const { shape } = slots.find((slot) => slot.name === name)!;
    return new Float32Array(shape.reduce((product, axis) => product * axis, 1));
  };
  const sites = ['blocks.0.attn.hook_pattern', 'unembed.hook_out'];
  const results = await runOnnx(await exportOnnx(spec, slots, zeros), spec, [4, 0, 2], sites);
  // With all weights zero, attention is uniform over the visible positions.
  const third = Math.fround(1 / 3);
  expect([...results.get('blocks.0.attn.hook_pattern')!]).toEqual([
    1,
    0,
    0,
    0.5,
    0.5,
    0,
    third,
    third,
    third,
  ]);
  expect([...results.get('unembed.hook_out')!]).toEqual(new Array(15).fill(0));
  const loaded = performance.getEntriesByType('resource').map((entry) => new URL(entry.name));
  expect(loaded.filter((url) => url.href.endsWith('.wasm'))).toHaveLength(1);
  expect(new Set(loaded.map((url) => url.host))).toEqual(new Set([location.host]));
});
