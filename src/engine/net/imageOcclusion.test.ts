/** Maps by hiding parts of a picture, against captum, captum-rise and lime (reference/images). */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { afterAll, describe, expect, it } from 'vitest';
import { parseDocument } from '../../results/parse';
import type { ResultDocument } from '../../results/document';
import { spearman } from '../../statistics/correlation';
import { mean } from '../../statistics/stats';
import { maxOf } from '../../util/lists';
import { RandomState } from '../../util/random';
import { shuffled } from '../../util/shuffled';
import type { MeasuredStore } from '../running';
import type { Kept } from '../spent';
import { OnnxNetEngine } from './engine';
import { runNetStudy } from './study';
import { openMapGoldens, openShapes, readMapGoldens, shapesBytes } from './testing/shapes';

const { engine, opened, imagesOf, resolved, ask } = await openShapes();
afterAll(() => engine.close());
const images = imagesOf('red circle');
const goldens = await readMapGoldens();
const maps = await openMapGoldens();

/** The settings of `make.py explain`. */
const AS_GOLDEN = {
  occlusion: { method: 'occlusion' },
  rise: { method: 'rise', samples: 200, grid: 6, seed: 21, seeds: 1 },
  lime: { method: 'lime', samples: 200, segments: 36, compactness: 40, seed: 22, seeds: 1 },
} as const;
const asked = (own: object) => ({ kind: 'image-occlusion', class: 'red circle', ...own });
const mapIn = ({ figures }: ResultDocument) => figures[0]!.values as number[];
const apart = (ours: readonly number[], theirs: ArrayLike<number>) =>
  maxOf(ours.map((value, i) => Math.abs(value - theirs[i]!)));

describe('a map', () => {
  it.each(['occlusion', 'rise'] as const)('has the numbers of PyTorch: %s', async (name) => {
    for (const k of [0, 1, 2]) {
      const document = await ask(asked(AS_GOLDEN[name]), [images[k]!]);
      // Measured: occlusion 3.2e-7, RISE 2.5e-8.
      expect(apart(mapIn(document), await maps.map(`${k}/${name}`))).toBeLessThan(2e-6);
    }
  });

  it('has the weights of lime', async () => {
    for (const k of [0, 1, 2]) {
      const { weights } = goldens.images[k]!.lime!;
      const document = await ask(asked(AS_GOLDEN.lime), [images[k]!]);
      const theirs = maps.segments.subarray(k * 2304, (k + 1) * 2304);
      // Measured: 8.6e-8.
      expect(
        apart(
          mapIn(document),
          Float64Array.from(theirs, (s) => weights[s]!),
        ),
      ).toBeLessThan(2e-6);
    }
  });

  it('is a document with its picture; the sentence names the object', async () => {
    const document = await ask(asked({}), [images[0]!]);
    expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
    expect(document.figures[0]).toMatchObject({
      drawn: 'map',
      over: 0,
      axes: [{ name: 'row' }, { name: 'column' }],
    });
    expect(document.pictures).toMatchObject([{ name: '0.png', width: 48, height: 48 }]);
    expect(document.finding).toMatch(
      /^Without the square at rows \d+ to \d+, columns \d+ to \d+, p\(\*red circle\*\) goes from 1\.000 to 0\.\d+\.$/,
    );
  });

  it('has an interval over seeds, whose maps are more alike with more masks', async () => {
    const alike = await Promise.all(
      [60, 240].map(async (samples) => {
        const { figures, notes } = await ask(asked({ method: 'rise', samples }), [images[0]!]);
        expect(figures[0]).toMatchObject({
          varies: { what: 'seeds', n: 3 },
          rule: 'Student t, 2 degrees of freedom',
        });
        return Number(/maps have a rank correlation of (\d\.\d\d) on average/.exec(notes.join(' '))![1]);
      }),
    );
    expect(alike[1]).toBeGreaterThan(alike[0]!);
  });

  it('refuses what cannot be asked', async () => {
    await expect(ask(asked({ method: 'shap' }), [images[0]!])).rejects.toThrow(/^image-occlusion: method: /);
    await expect(ask(asked({}), images)).rejects.toThrow('wrong number of pictures, got 20, expected 1.');
    await expect(ask(asked({ samples: 1e9 }), [images[0]!])).rejects.toThrow(/samples: .* at most 20000/);
  });
});

describe('a long RISE', () => {
  const long = asked({ method: 'rise', samples: 400, seeds: 2 });
  const clean = ({ environment: _, counters: __, ...rest }: ResultDocument) => rest;

  /** Breaks after `most` parts. */
  function breaking(kept: Map<number, unknown>, most: number): MeasuredStore {
    return {
      load: async () => ({ cases: new Map(kept), spent: { seconds: 1 } }) as unknown as Kept,
      save: async (_, { cases }) => {
        for (const [part, value] of cases) kept.set(part, JSON.parse(JSON.stringify(value)));
        if (kept.size >= most) throw new Error('run: cancelled');
      },
      remove: async () => {},
    } as MeasuredStore;
  }

  it('shows partial maps, and resumes with the same numbers and only the rows that were missing', async () => {
    const shown: ResultDocument[] = [];
    const whole = await ask(long, [images[0]!], {
      onEvent: (event) => void (event.type === 'partial' && shown.push(event.document)),
    });
    // After 256 of 400 masks of each seed, and after the first seed.
    expect(shown.map(({ figures }) => figures[0]!.caption)).toEqual([
      expect.stringMatching(/^256 masks/),
      expect.stringMatching(/^400 masks/),
      expect.stringMatching(/^656 masks/),
    ]);
    expect(whole.counters.dispatches).toBe(801);
    const kept = new Map<number, unknown>();
    await expect(ask(long, [images[0]!], { store: breaking(kept, 5) })).rejects.toThrow('run: cancelled');
    expect(kept.size).toBe(5);
    const resumed = await ask(long, [images[0]!], { store: breaking(kept, 1000) });
    expect(clean(resumed)).toEqual(clean(whole));
    // The whole picture, and four groups of 64 masks.
    expect(resumed.counters.dispatches).toBe(801 - 1 - 4 * 64);
  });
});

it('has another map once the weights are shuffled (Adebayo et al. 2018)', async () => {
  const model = fromBinary(ModelProtoSchema, await shapesBytes());
  const random = new RandomState(3);
  for (const tensor of model.graph!.initializer) {
    const bytes = tensor.rawData.slice();
    const mixed = shuffled([...new Float32Array(bytes.buffer)], random);
    tensor.rawData = new Uint8Array(Float32Array.from(mixed).buffer);
  }
  const other = new OnnxNetEngine();
  const shuffledInfo = await other.open({ name: 'shuffled.onnx', bytes: toBinary(ModelProtoSchema, model) });
  const [seeds, nets]: number[][] = [[], []];
  for (const image of images.slice(0, 4)) {
    // Other masks: two maps of the same masks are alike whatever the net says.
    const again = asked({ ...AS_GOLDEN.rise, seed: 5 });
    const study = resolved(again, [image]);
    const [own, seed, net] = [
      await ask(asked(AS_GOLDEN.rise), [image]),
      await ask(again, [image]),
      await runNetStudy('r', { ...opened, engine: other, info: shuffledInfo }, study),
    ].map(mapIn) as [number[], number[], number[]];
    seeds!.push(spearman(own, seed)!);
    nets!.push(spearman(own, net)!);
  }
  await other.close();
  // Measured: 0.55 between seeds, 0.05 between nets.
  expect(mean(seeds!)).toBeGreaterThan(0.5);
  expect(mean(nets!)).toBeLessThan(0.2);
});
