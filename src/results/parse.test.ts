import { describe, expect, it } from 'vitest';
import golden from './golden/trace-v1.json';
import golden2 from './golden/trace-v2.json';
import { parseDocument } from './parse';
import { cellOf } from './cell';
import study from './golden/study-v1.json';
import type { Graph } from './graph';
import { sampleDocument } from './testing/sampleDocument';
import { sampleChannels } from './testing/sampleChannels';
import { sampleGraphDocument } from './testing/sampleGraph';

// biome-ignore lint/suspicious/noExplicitAny: it is broken on purpose
const broken = (change: (document: any) => void): unknown => {
  const copy = structuredClone(golden);
  change(copy);
  return copy;
};

// biome-ignore lint/suspicious/noExplicitAny: it is broken on purpose
const broken2 = (change: (document: any) => void): unknown => {
  const copy = structuredClone(golden2);
  change(copy);
  return copy;
};

describe('parseDocument', () => {
  it('reads the document of version 1 that must stay readable for ever', () => {
    const document = parseDocument(golden);
    const { corrupted, clean, kinds, nextTokens, tokens, spec, model, predicted } = golden;
    expect(document).toMatchObject({ version: 3, tokens, spec, model, predicted });
    for (const kind of ['hidden', 'mlp'] as const) {
      const { restored, effect, groups } = kinds[kind];
      const figure = document.figures.find(({ name }) => name === kind)!;
      expect(figure.values).toEqual([...restored, ...groups.map((group) => group.restored)].flat());
      const effects = [...effect, ...groups.map((group) => group.effect)].flat();
      for (const [cell, one] of effects.entries())
        expect(cellOf(figure, cell).difference).toBeCloseTo(one, 12);
      expect(figure.levels).toEqual([
        { name: 'corrupted', value: corrupted.metric },
        { name: 'clean', value: clean.metric },
      ]);
    }
    const [p, logits] = document.figures.slice(-2);
    expect(p!.axes[0]).toMatchObject({ ids: nextTokens.map(({ id }) => id) });
    expect(p!.values).toEqual(nextTokens.flatMap((row) => [row.clean.p, row.corrupted.p]));
    expect(logits!.values).toEqual(nextTokens.flatMap((row) => [row.clean.logit, row.corrupted.logit]));
  });

  it('keeps no interval of version 1, and says so', () => {
    const document = parseDocument(golden);
    expect(JSON.stringify(document)).not.toContain('"interval"');
    expect(document.figures[0]).toMatchObject({
      varies: { what: 'noise draws', n: 10 },
      hatching: 'Nothing is hatched.',
    });
    expect(document.figures[0]!.rule).toBeUndefined();
    expect(document.notes.at(-1)).toMatch(/earlier version.*left out/);
  });

  it('reads the document of version 2, draws and what was tightened included', () => {
    const document = parseDocument(golden2);
    const { hidden } = golden2.kinds;
    const [figure] = document.figures;
    const cells = <T>(map: T[][], ofGroups: T[][]): T[] => [...map, ...ofGroups].flat();
    expect(figure!.draws).toEqual(
      cells(
        hidden.draws,
        hidden.groups.map((group) => group.draws),
      ),
    );
    expect(figure!.ranges).toEqual(
      cells(
        hidden.range,
        hidden.groups.map((group) => group.range),
      ),
    );
    expect(figure!.hatched).toEqual(
      cells(
        hidden.hatched,
        hidden.groups.map((group) => group.hatched),
      ),
    );
    const { alike, ...test } = hidden.peak.overNoise;
    const [L, { row, layer }] = [hidden.restored[0]!.length, hidden.peak];
    expect(figure!.peak).toEqual({
      cell: row * L + layer,
      overNoise: { ...test, alike: alike.map(([r, l]) => r! * L + l!) },
    });
    const { metric: value, p: _, ...level } = golden2.corrupted;
    expect(figure!.levels![0]).toEqual({ name: 'corrupted', value, ...level });
    const [first, second] = golden2.tightened;
    expect(document.tightened).toEqual([first, { ...second, at: { figure: 'hidden', cell: 5 * L } }]);
  });

  it('reads a study of version 1 as it is', () => {
    expect(parseDocument(study)).toEqual({ ...study, version: 3 });
  });

  it('reads what samples of every metric look like', () => {
    for (const metric of ['p', 'logprob', 'logit-diff', 'rank'] as const) {
      for (const samples of [10, 1, null]) {
        const document = sampleDocument({ metric, samples });
        expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
      }
    }
  });

  it.each([
    ['no object', () => 'hello', /^document: not a Loci document, got "hello", expected a JSON object\.$/],
    ['an array', () => [], /got \[\], expected a JSON object/],
    ['another format', () => broken((d) => (d.format = 'graph')), /not a Loci document, got format "graph"/],
    ['no format', () => ({}), /got format nothing, expected "loci"/],
    [
      'a future version',
      () => broken((d) => (d.version = 7)),
      /newer Loci, got version 7, expected at most 3.*Update/,
    ],
    ['version 0', () => broken((d) => (d.version = 0)), /wrong version, got 0, expected an integer from 1/],
    ['version "1"', () => broken((d) => (d.version = '1')), /wrong version, got "1"/],
    [
      'a text for a number',
      () => broken((d) => (d.clean.p = 'x')),
      /^document: clean\.p: wrong value, got "x", expected type number\.$/,
    ],
    [
      'a missing field',
      () => broken((d) => delete d.answer),
      /^document: answer: wrong value, got nothing, expected type object\.$/,
    ],
    [
      'another metric',
      () => broken((d) => (d.metric = 'loss')),
      /metric: wrong value, got "loss", expected "p" or/,
    ],
    [
      'a number that is none',
      () => broken((d) => (d.kinds.hidden.restored[2][1] = null)),
      /kinds\.hidden\.restored\[2\]\[1\]: wrong value, got null/,
    ],
    [
      'a missing row',
      () => broken((d) => d.kinds.mlp.restored.pop()),
      /kinds\.restored: rows: .*got 6, expected 7/,
    ],
    [
      'a short row',
      () => broken((d) => d.kinds.hidden.restored[3].pop()),
      /kinds: a row: entries: .*got 1, expected 2/,
    ],
    [
      'a short group',
      () => broken((d) => d.kinds.hidden.groups[0].restored.pop()),
      /kinds: a row: entries: .*got 1, expected 2/,
    ],
    [
      'a group outside',
      () =>
        broken((d) => {
          for (const kind of ['hidden', 'mlp']) d.kinds[kind].groups[0].rows = [7];
        }),
      /groups: .*got 7, expected token positions below 7/,
    ],
    [
      'a peak outside',
      () => broken((d) => (d.kinds.mlp.peak.layer = 2)),
      /kinds: a cell: .*got row 6, layer 2, expected one of 8 x 2/,
    ],
    [
      'a range upside down',
      () => broken2((d) => (d.kinds.hidden.range[5][0] = [2, 1])),
      /figures: hidden\.ranges: .*got \[2, 1\], expected the lower end first/,
    ],
    [
      'an interval upside down',
      () => broken2((d) => (d.tightened[0].interval = [2, 1])),
      /tightened\[0\]: .*got \[2, 1\], expected the lower end first/,
    ],
    [
      'a draw too few',
      () => broken2((d) => d.kinds.hidden.draws[2][1].pop()),
      /hidden\.draws: .*got 9 entries, expected 10, one per draw/,
    ],
    [
      'another number of draws',
      () => broken2((d) => (d.intervals.draws = 3)),
      /hidden\.levels\.draws: .*got 10 entries, expected 3, one per draw/,
    ],
    [
      'a tightened cell that is not there',
      () => broken2((d) => (d.tightened[1].at.layer = 6)),
      /kinds: a cell: .*layer 6/,
    ],
    [
      'a cell outside that is like the peak',
      () => broken2((d) => (d.kinds.hidden.peak.overNoise.alike = [[99, 0]])),
      /kinds: a cell: .*got row 99, layer 0/,
    ],
    [
      'a share above 1',
      () => broken2((d) => (d.kinds.hidden.peak.overNoise.share = 1.2)),
      /share: wrong value/,
    ],
    [
      'one token too many',
      () => broken((d) => d.tokens.push({ id: 1, token: 'x' })),
      /tokens: entries: .*got 8, expected 7/,
    ],
    ['another token', () => broken((d) => (d.tokens[2].id = 9)), /tokens\[2\]\.id: .*got 9, expected 310/],
    ['another answer', () => broken((d) => (d.answer.id = 9)), /answer\.id: .*got 9, expected 812/],
    [
      'an unasked distractor',
      () => broken((d) => (d.distractor = { id: 1, token: 'x' })),
      /distractor\.id: .*got 1, expected nothing/,
    ],
    ['an empty subject', () => broken((d) => (d.spec.subject.end = 4)), /spec\.subject: .*got 4 to 4/],
    ['no window', () => broken((d) => (d.spec.window.layers = [])), /kinds: a cell: .*one of 8 x 0/],
    [
      'a spec of something else',
      () => broken((d) => (d.spec = {})),
      /^document: spec: prompt: wrong value, got nothing/,
    ],
    [
      'kinds with different groups',
      () => broken((d) => (d.kinds.mlp.groups = [])),
      /kinds: groups: .*expected .* \(as in the first of them\)/,
    ],
    [
      'kinds with groups of other rows',
      () => broken((d) => (d.kinds.hidden.groups[0].rows = [0])),
      /kinds: groups: contradicts/,
    ],
    [
      'a spec of another experiment',
      () => broken((d) => (d.spec.kind = 'ablation')),
      /spec\.kind: .*got ablation, expected causal-trace/,
    ],
    [
      'an answer behind the prompt',
      () => broken((d) => (d.spec.answerRow = 7)),
      /spec\.answerRow: .*got 7, expected a position below 7/,
    ],
    [
      'noise in a trace that says that nothing varies',
      () => broken2((d) => (d.intervals.varies = 'nothing')),
      /hidden\.levels\.draws: .*got 10 entries, expected 1, one per draw/,
    ],
    [
      'hatched cells where nothing is hatched',
      () => broken2((d) => (d.intervals.hatching = 'none')),
      /kinds\.hatched: .*since intervals\.hatching is 'none'/,
    ],
    [
      'intervals where there are none',
      () =>
        broken2((d) => {
          d.intervals.rule = 'none';
          d.corrupted.interval = [0, 1];
        }),
      /hidden\.rule: .*got nothing, expected one, since there are intervals/,
    ],
  ])('refuses %s in one sentence', (_, make, message) => {
    expect(() => parseDocument(make())).toThrow(message);
  });
});

describe("a graph's document", () => {
  const graphWith = (change: (graph: Graph) => void): unknown => {
    const document = sampleGraphDocument({ heads: 4, kvHeads: 2 });
    change(document.graph!);
    return document;
  };
  it.each<readonly [string, (graph: Graph) => void, RegExp]>([
    ['nothing wrong', () => {}, /^$/],
    [
      'a channel of another layer',
      (g) => (g.nodes[0]!.layer = 1),
      /node block.1\/relu:0: .*a channel of features/,
    ],
    ['no such layer', (g) => (g.nodes[0]!.layer = 9), /got layer 9, expected below 2/],
    ['a part of a model', (g) => (g.nodes[0]!.kind = 'mlp'), /kind: .*got mlp, expected channel/],
    ['a class below', (g) => (g.nodes.at(-1)!.layer = 0), /node logits: layer/],
    ['a lost end', (g) => (g.edges[0]!.from = 'features:5'), /no node features:5/],
    ['neither shape nor layers', (g) => (g.layers = undefined), /neither a shape nor layers/],
  ])('checks a graph of channels: %s', (_, change, message) => {
    const graph = sampleChannels();
    change(graph);
    const parse = () => parseDocument(JSON.parse(JSON.stringify({ ...sampleGraphDocument({}), graph })));
    if (message.source === '^$') expect(parse().graph).toEqual(graph);
    else expect(parse).toThrow(message);
  });

  const first = (graph: Graph, kind: string) => graph.nodes.find((node) => node.kind === kind)!;

  it.each<readonly [string, (graph: Graph) => void, RegExp]>([
    ['a head without a number', (g) => (first(g, 'head').id = 'head'), /node head: kind: .*got head/],
    ['a head of no block', (g) => (first(g, 'head').layer = 7), /layer: .*got 7, expected 0 \(by its name\)/],
    [
      'a block behind the last',
      (g) => (g.shape!.layers = 1),
      /graph: node a1\.h0: .*got layer 1, expected below 1/,
    ],
    ['a head behind the last', (g) => (g.shape!.heads = 2), /node a0\.h2: .*got head 2, expected below 2/],
    ['an MLP of a model without', (g) => (g.shape!.hasMlp = false), /node m0: .*got an MLP, expected none/],
    [
      'a node of the name of another kind',
      (g) => (first(g, 'mlp').kind = 'head'),
      /kind: .*got head, expected mlp/,
    ],
    [
      "a node with an object's own name",
      (g) => (first(g, 'mlp').id = 'constructor'),
      /node constructor: kind/,
    ],
    ['a node twice', (g) => g.nodes.push({ ...g.nodes[1]! }), /graph: node a0\.h0: .*two of that name/],
    [
      'a node at a position that is not there',
      (g) => (g.nodes[1]!.at = 0),
      /got position 0, expected one of 0/,
    ],
    [
      'shared keys that do not fit',
      (g) => (g.shape!.kvHeads = 3),
      /kvHeads: .*got 3, expected a divisor of 4/,
    ],
    ['an edge to a whole head', (g) => (g.edges[0]!.to = 'a0.h0'), /got a0\.h0, expected a head's input/],
    [
      'an input that no part has',
      (g) => (g.edges[0]!.to = 'a0.h0<x>'),
      /got a0\.h0<x>, expected a head's input/,
    ],
    ['an input of an MLP', (g) => (g.edges[0]!.to = 'm0<q>'), /got m0<q>, expected a head's input/],
    ['keys that are not there', (g) => (g.edges[0]!.to = 'a0.h3<k>'), /got head 3, expected below 2/],
  ])('refuses %s', (_, change, message) => {
    expect(() => parseDocument(graphWith(() => undefined))).not.toThrow();
    expect(() => parseDocument(graphWith(change))).toThrow(message);
  });
});
