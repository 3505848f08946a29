/** Doses and responses against PyTorch (reference/images/make_dissect.py), and of a linear net. */
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { doseResponse } from '../../experiments/dose-response';
import { measureDoses } from '../../experiments/dose-response/measure';
import { range } from '../../util/range';
import { OnnxNetEngine } from './engine';
import { labOf } from './testing/lab';

const golden = JSON.parse(
  await readFile('reference/images/goldens/scenes-dissect.json', 'utf8'),
).doseResponse;

const opened = async (path: string) => {
  const engine = new OnnxNetEngine();
  const info = await engine.open({ name: path, bytes: new Uint8Array(await readFile(path)) });
  afterAll(() => engine.close());
  return { engine, info };
};
const question = (more: object) =>
  doseResponse.parseSpec({
    kind: 'dose-response',
    model: { id: 'x', revision: 'local' },
    preprocessing: null,
    images: [],
    ...more,
  });

const scenes = await opened('public/models/scenes/model.onnx');

describe('a latent of the generator of scenes', () => {
  const { engine, info } = scenes;
  const lab = labOf(engine, info);
  const ask = (channel: number) => {
    const { seed, count, values } = golden;
    const own = { channel, doses: values, seed, count, outcome: 'column', concepts: ['colourful'] };
    return doseResponse.measure(question(own), lab);
  };

  it('moves the object as in PyTorch', async () => {
    const { figures, finding } = await ask(0);
    const level = figures.find(({ name }) => name === 'level')!;
    for (const [d, value] of level.values.entries())
      expect(Math.abs(value! - golden.latents['0'][d])).toBeLessThan(1e-9);
    expect(finding).toMatch(
      /^From −3 to 3, number 0 of z moves the mean column of \*colourful\* by \+2\d\.?\d* columns \[2/,
    );
    const [effect, , , spread] = figures;
    // Of N(0, 1), 95 % lie from -1.96 to 1.96: doses -1.5 to 1.5.
    expect(effect!.axes[1]!.marked).toEqual([2, 7]);
    expect(effect!.values[4]).toBe(0);
    // The same latents vary less near the baseline. At the ends the object stays at the edge, whatever
    // it was before, and pairing gains nothing.
    for (const d of range(3, 6)) expect(spread!.values[d]!).toBeLessThan(spread!.values[9 + d]!);
  });

  it('does nothing where its weights are 0, exactly', async () => {
    const { figures, finding } = await ask(15);
    expect(finding).toBe('From −3 to 3, number 15 of z changes nothing of *colourful*.');
    expect(new Set(figures[0]!.values)).toEqual(new Set([0]));
    expect(figures[1]!.values[0]).toBeCloseTo(golden.latents['15'][0], 9);
  });

  it('refuses what it does not have', async () => {
    await expect(ask(16)).rejects.toThrow(/^dose-response: z has no such channel, got 16, expected 0 to 15/);
    await expect(doseResponse.measure(question({ outcome: 'logit' }), lab)).rejects.toThrow(
      /^dose-response: label: there is no such class, got 0, expected a net that names classes/,
    );
  });
});

it('a linear net responds in a straight line, exactly', async () => {
  const { engine, info } = await opened('reference/images/goldens/planted/linear.onnx');
  const images = [0, 1, 2].map((k) => Float32Array.from({ length: 18 }, (_, i) => ((i * 5 + k) % 7) - 3));
  const spec = {
    ...question({ site: 'flat', channel: 4, outcome: 'logit', label: 1 }),
    doses: [-4, -2, -1, 0, 1, 3],
    baselines: [0, -1, 1],
  };
  const lab = labOf(engine, info, images);
  // The weight of reference/images/planted.py.
  const weight = (((18 + 4) * 7) % 11) - 5;
  const { numbers } = await measureDoses(spec, lab);
  const doses = [...spec.doses, ...spec.baselines];
  for (const own of numbers)
    for (const [d, dose] of doses.entries())
      for (const [b, base] of doses.entries())
        expect(own[d]![0]! - own[b]![0]! - weight * (dose - base)).toBe(0);
  const { figures } = await doseResponse.measure(spec, lab);
  const of = (name: string) => figures.find((one) => one.name === name)!;
  const lines = spec.baselines.flatMap((base) => spec.doses.map((dose) => weight * (dose - base)));
  // Means over inputs round.
  for (const [i, value] of of('effect').values.entries()) expect(value).toBeCloseTo(lines[i]!, 12);
  for (const value of of('incremental').values) expect(value).toBeCloseTo(weight, 12);
  expect(of('spread').values.slice(0, 6)).toEqual(Array(6).fill(0));
});
