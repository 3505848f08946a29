/** The window of layers changed together around a layer: in traces and in knockouts. */
import { z } from 'zod';
import { expectThat } from './parse';
import { layer } from './spec';
import { MOST } from '../../util/bounds';
import { quoted } from '../../util/parse';

/** layers[l] = [begin, end): the window of layer l. */
export const windowSpec = z.object({
  rule: z.enum(['depth', 'fixed', 'rome']),
  size: z.number().int().min(1),
  layers: z.array(z.tuple([layer, layer])).max(MOST.layers),
});

export type Window = z.infer<typeof windowSpec>;

/** 'depth' (default, scales with the layers), 'rome' (10, asymmetric), or a size. */
export const askedWindow = z.union([z.enum(['depth', 'rome']), z.number()]);

export type AskedWindow = z.infer<typeof askedWindow>;

/** How a window would be asked for. */
export function askedOf(window: AskedWindow | Window): AskedWindow {
  if (typeof window !== 'object') return window;
  return window.rule === 'fixed' ? window.size : window.rule;
}

/** Meng et al. 2022 restore 10 of GPT-2 XL's 48 layers. */
const ROME_SIZE = 10;
const ROME_DEPTH = 48;

/**
 * 'depth': ROME's share of the layers, odd and so symmetric: w = 2 floor(10 L / 96) + 1 (6 layers:
 * 1). 'rome': 10, five before the layer, four after. A number: that size.
 */
export function resolveWindow(asked: AskedWindow | undefined, nLayers: number): Window {
  const rule = typeof asked === 'number' ? 'fixed' : (asked ?? 'depth');
  if (rule !== 'depth' && rule !== 'rome' && rule !== 'fixed') {
    throw new Error(
      `window: unknown, got ${quoted(String(asked))}, expected 'depth', 'rome' or a number of layers.`,
    );
  }
  const sizes = { depth: 2 * Math.floor((ROME_SIZE * nLayers) / (2 * ROME_DEPTH)) + 1, rome: ROME_SIZE };
  const size = rule === 'fixed' ? Number(asked) : sizes[rule];
  if (!Number.isInteger(size) || size < 1) {
    throw new Error(`window: wrong size, got ${asked}, expected a whole number of layers, at least 1.`);
  }
  return {
    rule,
    size,
    layers: Array.from({ length: nLayers }, (_, layer) => windowAround(layer, size, nLayers)),
  };
}

/** ROME's window: [layer - floor(w/2), layer + ceil(w/2)), clipped to the model. */
function windowAround(layer: number, size: number, nLayers: number): [number, number] {
  return [Math.max(0, layer - Math.floor(size / 2)), Math.min(nLayers, layer + Math.ceil(size / 2))];
}

/** Every window holds its layer. Throws one sentence. */
export function checkWindow(where: string, { layers }: Window): void {
  for (const [layer, [begin, end]] of layers.entries()) {
    expectThat(
      begin <= layer && layer < end,
      `${where}: window.layers[${layer}]`,
      `${begin},${end}`,
      `a range with layer ${layer} in it`,
    );
  }
}

/** One range per layer, within the model. Throws one sentence. */
export function checkWindowLayers(where: string, { layers }: Window, nLayers: number): void {
  expectThat(
    layers.length === nLayers,
    `${where}: window.layers`,
    `${layers.length} layers`,
    `${nLayers}, the model's number`,
  );
  for (const [layer, [begin, end]] of layers.entries()) {
    expectThat(
      end <= nLayers,
      `${where}: window.layers[${layer}]`,
      `${begin},${end}`,
      `an end of at most ${nLayers}`,
    );
  }
}
