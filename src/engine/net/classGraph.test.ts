/** The class graphs of `public/models/shapes` against PyTorch, which rewrites weights (reference/images). */
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { searchClass } from '../../experiments/class-graph/search';
import { netExperimentOf } from '../../experiments/ofNets';
import { parseLabels } from '../../load/image/preprocessorConfig';
import { parseDocument } from '../../results/parse';
import { printDocument } from '../../results/print';
import { AHMAD, PAIRED } from '../../statistics/causes';
import { range } from '../../util/range';
import { classCount } from './classes';
import { OnnxNetEngine } from './engine';
import { runNetStudy } from './study';
import { SHAPES, shapesSet } from './testing/shapesSet';

const HARD = { low: 0, high: 0, seed: 1 };
const engine = new OnnxNetEngine();
const info = await engine.open({
  name: 'shapes.onnx',
  bytes: new Uint8Array(await readFile(`${SHAPES}/model.onnx`)),
});
afterAll(() => engine.close());

const { preprocessing: how, of } = await shapesSet(info.spec);
const imagesOf = (label: string) => of(label).map((one) => ({ ...one, sha256: '0' }));

const labels = parseLabels(await readFile(`${SHAPES}/config.json`, 'utf8'), 'config.json')!;
const label = (id: number) => labels[id]!;

/** As typed: resolved, then asked. */
async function ask(asked: unknown, images: ReturnType<typeof imagesOf>, own: object = {}) {
  const experiment = netExperimentOf({ kind: 'class-graph' })!;
  const spec = experiment.resolve(
    { ...own, class: asked },
    {
      model: { id: 'shapes', revision: 'local' },
      preprocessing: how,
      images: images.map(({ name, sha256 }) => ({ name, sha256 })),
      net: info.spec,
      classes: classCount(info.spec),
      label,
    },
  );
  const study = { experiment, spec, images: images.map(({ data }) => data) };
  return runNetStudy('r', { engine, info, label }, study);
}

interface Golden {
  readonly graphs: readonly {
    label: number;
    name: string;
    layers: {
      layer: string;
      effects: number[];
      parents: number[];
      total: number[];
      relative: number[];
      kl: number[];
    }[];
  }[];
}
const golden = JSON.parse(
  await readFile('reference/images/goldens/shapes-class-graph.json', 'utf8'),
) as Golden;
const truth = JSON.parse(await readFile(`${SHAPES}/truth.json`, 'utf8')) as {
  causes: Record<string, number[]>;
};

describe('the class graph', () => {
  it.each(golden.graphs)(
    'of $name has the parents and effects of rewritten weights',
    async ({ label, name, layers }) => {
      const images = imagesOf(name).map(({ data }) => data);
      const { layers: ours, ends } = await searchClass(
        info.spec,
        { label, rule: AHMAD, u: HARD },
        images.length,
        async (runs) => {
          const { tensors } = await engine.run('r', { images, runs });
          return runs.map((_, i) => tensors.logits!.data.subarray(16 * i, 16 * (i + 1)));
        },
      );
      expect(ends).toEqual([]);
      expect(
        ours.map(({ layer, effects, candidates }) => ({
          layer,
          effects,
          parents: candidates.filter(({ kept }) => kept).map(({ channel }) => channel),
        })),
      ).toEqual(layers.map(({ layer, effects, parents }) => ({ layer, effects, parents })));
      for (const [l, { candidates }] of ours.entries())
        for (const [c, { total, relative, kl }] of candidates.entries()) {
          // float32 beside float64: logits are up to 16.
          expect(Math.abs(total - layers[l]!.total[c]!)).toBeLessThan(1e-5);
          expect(Math.abs(relative - layers[l]!.relative[c]!)).toBeLessThan(1e-5);
          expect(Math.abs(kl - layers[l]!.kl[c]!)).toBeLessThan(1e-5);
        }
    },
  );

  it('is a document that says what was asked and how, and finds the channels that training made', async () => {
    const images = imagesOf('blue square');
    const wrong = imagesOf('red circle')[0]!;
    const document = await ask('blue square', [...images, wrong], { rule: 'paired' });
    expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
    expect(document.finding).toMatch(
      /^The logit of \*blue square\* changes most without channel \d+ of relu_hidden: −?\d/,
    );
    expect(document.cases).toMatchObject({
      asked: 21,
      measured: 20,
      skipped: [{ case: 20, reason: 'the net says red circle' }],
    });
    expect(document.environment).toMatchObject({ engine: 'onnxruntime', kernels: 'optimization disabled' });
    expect(printDocument(document)).toContain('hidden keeps ');
    // Decoys: the head's weights for channels 8 to 15 are 0, so nothing changes, and no rule keeps them.
    const { values, hatched } = document.figures.find(({ name }) => name === 'hidden')!;
    expect(values.slice(8)).toEqual(Array(8).fill(0));
    expect(hatched!.slice(8)).toEqual(Array(8).fill(true));
    const strongest = values.map((value, c) => [value!, c] as const).sort((a, b) => a[0] - b[0]);
    expect(
      strongest
        .slice(0, 2)
        .map(([, c]) => c)
        .sort((a, b) => a - b),
    ).toEqual(truth.causes['blue square']);
  });

  it('is drawn: nodes, single edges, and what the graph alone gives', async () => {
    const { graph, figures, pictures } = await ask('red circle', imagesOf('red circle').slice(0, 6), {
      rule: 'ahmad',
      edges: 4,
      maps: 1,
      noisy: 2,
      at: 'conv4',
      draws: 3,
      betas: [0.01, 0.5],
    });
    expect(graph!.layers!.slice(-3)).toEqual(['relu5', 'mean_flat', 'relu_hidden']);
    const of = (to: string) => graph!.edges.filter((edge) => edge.to === to);
    // One layer reads the logits' candidates, so its single edges are its total effects.
    const { values } = figures.find(({ name }) => name === 'logits')!;
    for (const { from, score } of of('logits')) {
      const total = values[Number(from.split(':')[1])]!;
      expect(Math.sign(score!)).toBe(-Math.sign(total));
    }
    // A depthwise layer's channels feed their own number only.
    for (const { from, to } of graph!.edges.filter((edge) => edge.from.startsWith('relu4:')))
      expect(to).toBe(from.replace('relu4', 'relu5'));
    // The residual sum has the skip's channels too: conv2 writes what relu2 and relu3 hold.
    expect(of('relu3:15').map(({ from }) => from.split(':')[0])).toEqual(
      expect.arrayContaining(['relu3a', 'pool1']),
    );
    expect(graph!.edges.filter(({ score }) => score !== null).length).toBeLessThan(graph!.edges.length);
    expect(pictures).toMatchObject([{ name: 'red circle/00.png', width: 48 }]);
    const names = figures.map(({ name }) => name);
    expect(names.slice(names.indexOf('repair'))).toEqual(['repair', 'map-0', 'lipschitz', 'stability']);
    // Nearly cut edges give the graph of cut edges.
    const stable = figures.at(-1)!;
    expect(stable.axes[0]!.labels).toHaveLength(9);
    for (const layer of range(0, 9)) expect(stable.values[2 * layer]).toBeGreaterThan(0.6);
    expect(graph!.truth!.faithfulness.value).toBeGreaterThan(1);
  });

  const planted = async (name: string) => {
    const net = new OnnxNetEngine();
    const bytes = new Uint8Array(await readFile(`reference/images/goldens/planted/${name}.onnx`));
    return { net, spec: (await net.open({ name, bytes })).spec };
  };
  const search = async (name: string, images: Float32Array[], rule = PAIRED) => {
    const { net, spec } = await planted(name);
    const found = await searchClass(spec, { label: 1, rule, u: HARD }, images.length, async (runs) => {
      const { data, shape } = (await net.run('r', { images, runs })).tensors.logits!;
      return runs.map((_, i) => data.subarray(shape[1]! * i, shape[1]! * (i + 1)));
    });
    await net.close();
    return found.layers;
  };

  it('has effects of -W x, exactly, in a linear net', async () => {
    const images = [0, 1, 2].map((k) => Float32Array.from({ length: 18 }, (_, i) => ((i * 5 + k) % 7) - 3));
    const { net, spec } = await planted('linear');
    const layer = spec.layers[0]!.site;
    const runs = images.flatMap((_, image) => [
      { id: 'base', image },
      ...Array.from({ length: 18 }, (_, c) => ({
        id: `${c}`,
        image,
        edges: [{ layer, causes: [c], effects: [1], u: 0 }],
      })),
    ]);
    const { data } = (await net.run('r', { images, runs })).tensors.logits!;
    // The weights of reference/images/planted.py.
    for (const [k, image] of images.entries())
      for (let c = 0; c < 18; c++) {
        const weight = (((18 + c) * 7) % 11) - 5;
        expect(data[4 * (19 * k + 1 + c) + 1]! - data[4 * 19 * k + 1]!).toBe(0 - weight * image[c]!);
      }
    await net.close();
  });

  it('gives a unit that never fires no effect, exactly, and never keeps it', async () => {
    const images = [0, 1, 2, 3].map((k) =>
      Float32Array.from({ length: 36 }, (_, i) => ((i * 5 + 3 * k) % 11) / 10),
    );
    for (const rule of [PAIRED, AHMAD])
      for (const { reads, candidates } of await search('dead', images, rule))
        if (reads === 'relu')
          expect(candidates[2]).toMatchObject({ total: 0, relative: 0, kl: 0, kept: false });
  });

  it('refuses what cannot be asked', async () => {
    const images = imagesOf('red circle').slice(0, 3);
    await expect(ask('pink circle', images)).rejects.toThrow(
      'class-graph: class: there is no such class, got "pink circle", expected a name such as \'red circle\', or 0 to 15.',
    );
    await expect(ask(16, images)).rejects.toThrow(/no such class, got 16, expected .* or 0 to 15/);
    await expect(ask(5, images)).rejects.toThrow(/too few images that the net gets right, got 0 of 3/);
    await expect(ask(0, [])).rejects.toThrow(/wrong number of pictures, got 0, expected 1 to/);
  });
});
