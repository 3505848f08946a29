/** Checks the figures of docs/nets.md: each measured line must appear there. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomState } from '../../src/util/random';
import { range } from '../../src/util/range';
import { mean, tInterval, tTestPaired } from '../../src/statistics/stats';
import { attributionMap } from './attribution';
import { HARD } from './effects';
import { gridSegments, removeSegments } from './faithfulness';
import { forward, inputOf, rightRows, type Run } from './forward';
import { type CausalGraph, causalGraph, edgeEffects, graphLines } from './graph';
import type { Net } from './net';
import { keepCausalEdges } from './repair';
import { AHMAD, PAIRED } from './select';
import { graphStability, localLipschitz } from './stability';
import { loadDigits, loadEffects, loadTrained } from './testing/lenet';

const LABEL = 3;
/** docs/nets.md, with line breaks as spaces. */
let page: string;
let net: Net;
let samples: Float64Array[];
/** The 100 samples of the label. */
let run: Run;
let ahmad: CausalGraph;
let paired: CausalGraph;

beforeAll(async () => {
  page = unwrapped(await readFile('docs/nets.md', 'utf8'));
  net = await loadTrained();
  samples = (await loadDigits()).samples;
  run = forward(net, samples.slice(0, 100));
  ahmad = causalGraph(run, LABEL, HARD, AHMAD);
  paired = causalGraph(run, LABEL);
});

const unwrapped = (text: string): string => text.replace(/\s+/g, ' ');

/** Lines as they stand in the page. */
function stand(lines: readonly string[]): void {
  for (const line of lines) expect(page).toContain(unwrapped(line));
}

const layerOf = (graph: CausalGraph, name: string) => graph.layers.find(({ layer }) => layer === name)!;
const shown = (value: number): string => value.toFixed(2);
/** Mean and 95 % t interval. */
const withInterval = (values: readonly number[]): string =>
  `${shown(mean(values))} [${tInterval(values)!.map(shown).join(', ')}]`;

describe('the page says', () => {
  it('how good the net is', async () => {
    const { accuracy } = await loadEffects();
    expect(accuracy.train).toBe(1);
    expect(rightRows(run, new Array<number>(100).fill(LABEL))).toEqual(range(0, 100));
    stand([`${(100 * accuracy.heldOut).toFixed(1)} % of ${accuracy.images[1]}`]);
  });

  it('which parents are kept', () => {
    stand(graphLines(ahmad));
    // Neurons that never fire cannot be found.
    const fires = (node: number) => range(0, 100).some((r) => inputOf(run, 7)[r * 84 + node]! > 0);
    const kept = layerOf(paired, 'fc3').parents;
    expect(kept.every(fires)).toBe(true);
    stand([`${kept.length} of the ${range(0, 84).filter(fires).length} neurons that fire at all`]);
    stand([paired.layers.map(({ layer, parents, of }) => `${layer} ${parents.length}/${of}`).join(', ')]);
  });

  it('which edges are strongest', () => {
    const strongest = edgeEffects(run, { ...ahmad, layers: ahmad.layers.slice(0, 1) })
      .sort((a, b) => a.relative - b.relative)
      .slice(0, 3);
    stand([strongest.map((edge) => `${edge.parent} (${shown(edge.relative)})`).join(', ')]);
  });

  it.each(['fc3', 'fc2'])('how stable the parents of %s are', (name) => {
    for (const [rule, graph] of [
      [AHMAD, ahmad],
      [PAIRED, paired],
    ] as const) {
      // All of fc3's curve, but five points of fc2's, which costs 30 times as much.
      const betas = name === 'fc3' ? range(0, 51).map((b) => b / 100) : [0.01, 0.05, 0.1, 0.25, 0.5];
      const repeats = name === 'fc3' ? 10 : 1;
      const layer = layerOf(ahmad, name);
      const curve = graphStability(run, layer, graph.label, rule, { betas, repeats, seed: 1 });
      const at = [0.01, 0.05, 0.1, 0.25, 0.5].map(
        (beta) => curve.find((point) => point.beta === beta)!.overlap,
      );
      stand([`| ${name}, \`${rule.rule}\` | ${at.map(shown).join(' | ')} |`]);
    }
  });

  it('how faithful the maps are', () => {
    const segments = gridSegments(32, 32, 4);
    const random = new RandomState(1);
    const maps: [string, (s: number) => Float64Array][] = [
      ['conv1', (s) => attributionMap(run, s, layerOf(ahmad, 'conv1'))],
      ['conv2', (s) => attributionMap(run, s, layerOf(ahmad, 'conv2'))],
      ['ink', (s) => samples[s]!],
      [
        'random',
        () => {
          const values = range(0, 64).map(() => random.nextDouble());
          return Float64Array.from(segments, (segment) => values[segment]!);
        },
      ],
    ];
    const areas = new Map<string, number[]>();
    for (const [name, map] of maps) {
      const ours = range(0, 10).map((s) => removeSegments(net, samples[s]!, LABEL, map(s), segments).area);
      stand([`| ${name} | ${withInterval(ours)} |`]);
      areas.set(name, ours);
    }
    const apart = (a: string, b: string) => {
      const { mean: difference, p } = tTestPaired(areas.get(a)!.map((area, s) => area - areas.get(b)![s]!));
      return `${a} and ${b} differ by ${shown(difference)} (p = ${p.toPrecision(2)})`;
    };
    stand([apart('conv2', 'ink'), apart('conv2', 'random'), apart('conv1', 'random')]);
  });

  it('how much the maps change with their input', () => {
    const options = { count: 10, mean: 0.1, std: 0.1, seed: 1 };
    const estimate = (explain: (x: Float64Array) => Float64Array) =>
      withInterval(range(0, 10).map((s) => localLipschitz(samples[s]!, explain, options)));
    const map = (name: string) => (x: Float64Array) =>
      attributionMap(forward(net, [x]), 0, layerOf(ahmad, name));
    stand([
      `conv1 ${estimate(map('conv1'))}, conv2 ${estimate(map('conv2'))}, the image itself ${estimate((x) => x)}`,
    ]);
  });

  it('what the kept edges alone can do', () => {
    const own = (one: Net) => {
      const { logits } = forward(one, samples);
      return range(0, samples.length).map((s) => logits[s * 10 + LABEL]!);
    };
    const row = (values: number[]) =>
      `${shown(mean(values.slice(0, 100)))} | ${shown(mean(values.slice(100)))} | ${shown(separation(values, 100))}`;
    const random = new RandomState(1);
    const drawn = range(0, 5).map(() =>
      separation(own(keepCausalEdges(net, randomGraph(ahmad, random))), 100),
    );
    stand([
      `| all | ${row(own(net))} |`,
      `| \`ahmad\` | ${row(own(keepCausalEdges(net, ahmad)))} |`,
      `| \`paired\` | ${row(own(keepCausalEdges(net, paired)))} |`,
      `between ${shown(Math.min(...drawn))} and ${shown(Math.max(...drawn))}`,
    ]);
  });
});

/** Share of pairs with the former (of the first `count`) larger; ties count half. */
function separation(values: readonly number[], count: number): number {
  const pairs = values
    .slice(0, count)
    .flatMap((a) => values.slice(count).map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  return mean(pairs);
}

/** A random graph with as many parents per layer. */
function randomGraph(graph: CausalGraph, random: RandomState): CausalGraph {
  let effects: readonly number[] = [graph.label];
  const layers = graph.layers.map((layer) => {
    const keys = range(0, layer.of).map((node) => ({ node, key: random.nextDouble() }));
    const parents = keys
      .sort((a, b) => a.key - b.key)
      .slice(0, layer.parents.length)
      .map(({ node }) => node);
    const drawn = { ...layer, parents, effects };
    effects = parents;
    return drawn;
  });
  return { label: graph.label, layers };
}
