import { describe, expect, it } from 'vitest';
import { attributionExperiment } from '../attribution/experiment';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { pathPatchingExperiment } from './experiment';

const golden = await openGolden('tiny-planted');
const pair = {
  prompt: 'a',
  tokens: [0, 3, 5, 7, 2, 4],
  corrupted: { prompt: 'b', tokens: [0, 3, 6, 7, 1, 4] },
  answer: { id: 5 },
  distractor: { id: 7 },
};
const common = {
  version: 1,
  model: { id: 'golden', revision: 'local' },
  bos: false,
  metric: 'logit-diff',
};
const spec = { ...common, kind: 'path-patching', scale: 'raw', cases: [pair] };
const { nHeads: H, nKvHeads: G, nLayers: L } = golden.spec;

describe('path patching', () => {
  it('has for an effect what the weights make of the difference, where the readout is linear', async () => {
    // Without a final norm a head's direct path to the logits is W_U W_O z: linear, so cutting it
    // removes exactly the difference of its outputs.
    const heads = async (tokens: readonly number[]): Promise<readonly number[]> => {
      const { corrupted: _, ...one } = { ...pair, tokens };
      const document = await runStudy(
        attributionExperiment,
        { ...common, kind: 'attribution', parts: ['heads'], cases: [one] },
        golden,
      );
      return figureOf(document, 'heads').values as number[];
    };
    const [clean, corrupted] = [await heads(pair.tokens), await heads(pair.corrupted.tokens)];
    const document = await runStudy(pathPatchingExperiment, { ...spec, mlps: 'frozen' }, golden);
    const paths = figureOf(document, 'to logits').values.slice(0, L * H) as number[];
    for (const [h, score] of paths.entries()) expect(score).toBeCloseTo(clean[h]! - corrupted[h]!, 6);
    expect(Math.max(...paths.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it('carries nothing where the prompts are equal up to the answer: bit by bit', async () => {
    const cases = [{ ...pair, corrupted: { prompt: 'a', tokens: pair.tokens } }];
    const { values } = figureOf(
      await runStudy(pathPatchingExperiment, { ...spec, cases }, golden),
      'to logits',
    );
    expect(values.every((value) => value === 0)).toBe(true);
  });

  it('has no number for what stands behind the receiver', async () => {
    const receivers = [{ part: 'head', layer: 1, head: 0, input: 'q' }];
    const document = await runStudy(pathPatchingExperiment, { ...spec, receivers }, golden);
    const { values, axes } = figureOf(document, 'to a1.h0<q>');
    for (const [s, name] of axes[0]!.labels.entries())
      expect(values[s] === null, name).toBe(!name.startsWith('a0') && !name.startsWith('m0'));
  });

  it.each<[object, string]>([
    [
      { receivers: [{ part: 'head', layer: 1, head: G, input: 'k' }] },
      `path-patching: receivers[0].head: wrong value, got ${G}, expected 0..${G - 1}, the heads of that input.`,
    ],
    [
      { senders: [{ part: 'head', layer: L, head: 0 }] },
      `path-patching: senders[0].layer: wrong value, got ${L}, expected 0..${L - 1}, the model's layers.`,
    ],
    [
      { receivers: [{ part: 'head', layer: 0, head: 0, input: 'v' }] },
      'path-patching: receivers[0]: wrong value, got a0.h0<v>, expected a receiver that some sender comes before.',
    ],
    [
      { receive: 'together', receivers: [{ part: 'logits' }, { part: 'mlp', layer: 1 }] },
      'path-patching: receivers: wrong value, got the logits together with others, expected the logits by themselves.',
    ],
    [{ senders: [] }, 'path-patching: senders: wrong value, got [], expected at least 1 entries.'],
  ])('refuses %j', (change, sentence) => {
    expect(() => pathPatchingExperiment.parseSpec({ ...spec, ...change }, golden.spec)).toThrow(sentence);
  });
});
