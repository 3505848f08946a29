import { describe, expect, it } from 'vitest';
import { hatchingRule } from './certainty';
import golden from './golden/trace-v1.json';
import golden2 from './golden/trace-v2.json';
import { assertContiguous, migrate, type Migration, migrations } from './migrations';
import { parseDocument } from './parse';
import { asTrace, DOCUMENT_VERSION } from './document';
import type { Graph } from './graph';
import { sampleDocument } from './testing/sampleDocument';
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
    const document = asTrace(parseDocument(golden));
    expect(document.kinds.hidden?.effect[5]).toEqual([0.1423, 0.0612]);
    const { corrupted, kinds, ...rest } = golden;
    expect(document).toMatchObject({ ...rest, version: 2, clean: golden.clean });
    expect(document.kinds.mlp?.restored).toEqual(kinds.mlp.restored);
    expect(document.corrupted).toEqual({ metric: corrupted.metric, p: corrupted.p });
  });

  it('keeps no interval of version 1, and says so', () => {
    const document = asTrace(parseDocument(golden));
    expect(JSON.stringify(document)).not.toContain('"interval"');
    expect(document.intervals).toMatchObject({ varies: 'noise', draws: 10, rule: 'none', hatching: 'none' });
    expect(document.intervals.notes?.join()).toMatch(/earlier version.*left out/);
    expect(hatchingRule(document)).toMatch(/^Nothing is hatched\.$/);
  });

  it('reads the document of version 2, draws and what was tightened included', () => {
    expect(parseDocument(golden2)).toEqual(golden2);
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
      /newer Loci, got version 7, expected at most 2.*Update/,
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
      () => broken((d) => (d.kinds.hidden.effect[2][1] = null)),
      /kinds\.hidden\.effect\[2\]\[1\]: wrong value, got null/,
    ],
    [
      'a missing row',
      () => broken((d) => d.kinds.mlp.restored.pop()),
      /kinds\.mlp\.restored: rows: .*got 6, expected 7/,
    ],
    [
      'a short row',
      () => broken((d) => d.kinds.hidden.effect[3].pop()),
      /kinds\.hidden\.effect\[3\]: entries: .*got 1, expected 2/,
    ],
    [
      'a short group',
      () => broken((d) => d.kinds.hidden.groups[0].effect.pop()),
      /kinds\.hidden\.groups\[0\]\.effect: entries/,
    ],
    [
      'a group outside',
      () => broken((d) => (d.kinds.hidden.groups[0].rows = [7])),
      /rows: .*got 7, expected token positions below 7/,
    ],
    [
      'a peak outside',
      () => broken((d) => (d.kinds.mlp.peak.layer = 2)),
      /kinds\.mlp\.peak: .*got row 6, layer 2/,
    ],
    [
      'a range upside down',
      () => broken2((d) => (d.kinds.hidden.range[5][0] = [2, 1])),
      /kinds\.hidden: .*got \[2, 1\], expected the lower end first/,
    ],
    [
      'an interval upside down',
      () => broken2((d) => (d.tightened[0].interval = [2, 1])),
      /tightened\[0\]: .*got \[2, 1\], expected the lower end first/,
    ],
    [
      'a draw too few',
      () => broken2((d) => d.kinds.hidden.draws[2][1].pop()),
      /kinds\.hidden\.draws: entries: .*got 9, expected 10 \(one per draw\)/,
    ],
    [
      'another number of draws',
      () => broken2((d) => (d.intervals.draws = 3)),
      /intervals\.draws: .*got 3, expected 10 \(as in spec\.corruption\)/,
    ],
    [
      'a tightened cell that is not there',
      () => broken2((d) => (d.tightened[1].at.layer = 6)),
      /tightened\[1\]\.at: .*layer 6, expected a cell of this document/,
    ],
    [
      'a cell outside that is like the peak',
      () => broken2((d) => (d.kinds.hidden.peak.overNoise.alike = [[99, 0]])),
      /kinds\.hidden\.peak: .*got row 99, layer 0/,
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
    ['no window', () => broken((d) => (d.spec.window.layers = [])), /spec\.window\.layers/],
    [
      'a spec of something else',
      () => broken((d) => (d.spec = {})),
      /^document: spec: prompt: wrong value, got nothing/,
    ],
    [
      'kinds with different groups',
      () => broken((d) => (d.kinds.mlp.groups = [])),
      /kinds\.mlp\.groups: .*expected .* \(as in kinds\.hidden\)/,
    ],
    [
      'kinds with groups of other rows',
      () => broken((d) => (d.kinds.hidden.groups[0].rows = [0])),
      /kinds\.mlp\.groups: contradicts/,
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
      /intervals\.varies: .*got nothing, expected noise/,
    ],
    [
      'hatched cells where nothing is hatched',
      () => broken2((d) => (d.intervals.hatching = 'none')),
      /hatched: .*expected none, since intervals\.hatching is 'none'/,
    ],
    [
      'intervals where there are none',
      () =>
        broken2((d) => {
          d.intervals.rule = 'none';
          d.corrupted.interval = [0, 1];
        }),
      /corrupted\.interval: .*expected none, since intervals\.rule is 'none'/,
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
  const first = (graph: Graph, kind: string) => graph.nodes.find((node) => node.kind === kind)!;

  it.each<readonly [string, (graph: Graph) => void, RegExp]>([
    ['a head without a number', (g) => (first(g, 'head').id = 'head'), /node head: kind: .*got head/],
    ['a head of no block', (g) => (first(g, 'head').layer = 7), /layer: .*got 7, expected 0 \(by its name\)/],
    [
      'a block behind the last',
      (g) => (g.shape.layers = 1),
      /graph: node a1\.h0: .*got layer 1, expected below 1/,
    ],
    ['a head behind the last', (g) => (g.shape.heads = 2), /node a0\.h2: .*got head 2, expected below 2/],
    ['an MLP of a model without', (g) => (g.shape.hasMlp = false), /node m0: .*got an MLP, expected none/],
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
      (g) => (g.shape.kvHeads = 3),
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

describe('migrations', () => {
  const step = (from: number, to = from + 1): Migration => ({
    from,
    to,
    migrate: (json) => ({ ...json, [`step${from}`]: true }),
  });

  it('lead from version 1 to the current one', () => {
    expect(() => assertContiguous(migrations, DOCUMENT_VERSION)).not.toThrow();
  });

  it('refuse a gap, a jump and a wrong end', () => {
    expect(() => assertContiguous([step(1), step(2)], 3)).not.toThrow();
    expect(() => assertContiguous([step(1), step(3)], 4)).toThrow(/gap, got 1->2, 3->4/);
    expect(() => assertContiguous([step(1, 3)], 3)).toThrow(/gap/);
    expect(() => assertContiguous([step(1)], 3)).toThrow(/gap/);
    expect(() => assertContiguous([], 2)).toThrow(/got none/);
  });

  it('apply the steps that an old document still needs', () => {
    const steps = [step(1), step(2)];
    expect(migrate({ version: 2 }, 2, 3, steps)).toEqual({ version: 3, step2: true });
    expect(migrate({ version: 1 }, 1, 3, steps)).toEqual({ version: 3, step1: true, step2: true });
    expect(migrate({ version: 3 }, 3, 3, steps)).toEqual({ version: 3 });
  });
});
