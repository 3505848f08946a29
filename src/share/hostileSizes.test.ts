/** Hostile links and files: each is refused at once, in one sentence. */
import { deflateSync, inflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { edgeCount, edgesOf } from '../model/edges';
import { parseDocument } from '../results/parse';
import { sampleDocument } from '../results/testing/sampleDocument';
import { sampleGraphDocument } from '../results/testing/sampleGraph';
import { sampleStudy } from '../results/testing/sampleStudy';
import { MOST } from '../util/bounds';
import { ByteWriter } from './bytes';
import { textCrc32 } from '../util/crc32';
import { dictionary } from './dictionary';
import { textToDocument } from './file';
import { readLink, writeLink } from './link';
import { fromBase64url, toBase64url } from './base64url';
import oldLink from './golden/link-v1.txt?raw';
import { traceDictionary } from './old/dictionary';
import { pack } from './pack';
import { cpuTime } from '../util/testing';

// biome-ignore lint/suspicious/noExplicitAny: it is broken on purpose
type Json = Record<string, any>;
type Change = (json: Json) => void;

/** A link with correct length and checksum for any JSON and numbers. */
function sealed(version: 1 | 4, json: string, numbers: Uint8Array): string {
  const words = version === 4 ? dictionary : traceDictionary;
  const text = new TextEncoder().encode(json);
  const all = new ByteWriter();
  all.uint32([text.length]);
  all.raw(text);
  all.raw(numbers);
  const data = toBase64url(deflateSync(all.done(), { dictionary: words }));
  return `#v=${version}&n=${data.length}&c=${textCrc32(data)}&d=${data}`;
}

/** A link with changed JSON, edited as text, since some changes cannot be written otherwise. */
function forged(packed: Uint8Array, version: 1 | 4, change: Change, text = (json: string) => json): string {
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(0, true);
  const json = JSON.parse(new TextDecoder().decode(packed.subarray(4, 4 + length))) as Json;
  change(json);
  return sealed(version, text(JSON.stringify(json)), packed.subarray(4 + length));
}

const study = sampleStudy([{ shape: [3, 4] }]);
const graph = sampleGraphDocument();
const studyLink = (change: Change, text?: (json: string) => string) =>
  forged(pack(study, {}), 4, change, text);
const graphLink = (change: Change) => forged(pack(graph, {}), 4, change);
const oldBytes = inflateSync(fromBase64url(/&d=([\w-]+)/.exec(oldLink)![1]!)!, {
  dictionary: traceDictionary,
});
const traceLink = (change: Change) => forged(oldBytes, 1, change);

const counted = (...labels: number[]) => labels.map((n, a) => ({ name: `a${a}`, labels: n }));
const figureOf =
  (...labels: number[]): Change =>
  ({ document }) => {
    document.figures[0].axes = counted(...labels);
  };
const shape =
  (change: Json): Change =>
  ({ document }) => {
    Object.assign(document.graph.shape, change);
  };

/** Allows for a busy machine and a parallel test; alone each takes less than half the limit. */
const AT_ONCE = 2000;

const links: readonly (readonly [string, () => string, string | RegExp])[] = [
  [
    '200 axes of a million',
    () => studyLink(figureOf(...Array<number>(200).fill(1e6))),
    'too many axes, got 200, expected at most 4',
  ],
  [
    'four axes of a million',
    () => studyLink(figureOf(1e6, 1e6, 1e6, 1e6)),
    /too many pictures, got 1,000,000,000,000/,
  ],
  [
    'three axes of a thousand',
    () => studyLink(figureOf(1000, 1000, 1000)),
    /too many cells, got 1,000,000,000/,
  ],
  [
    '20,000 facets',
    () => studyLink(figureOf(200, 100, 1, 1)),
    'too many pictures, got 20,000, expected at most 2,000',
  ],
  ['a thousand million labels', () => studyLink(figureOf(1e9)), 'figures[0].axes[0].labels: wrong value'],
  [
    'many figures that are large together',
    () =>
      studyLink(({ document }) => {
        document.figures = Array.from({ length: 90 }, (_, f) => ({
          ...document.figures[0],
          name: `f${f}`,
          axes: counted(500, 500),
        }));
      }),
    'its figures have too many cells, got 22,500,000, expected at most 2,000,000',
  ],
  [
    '5,000 figures',
    () =>
      studyLink(({ document }) => {
        document.figures = Array.from({ length: 5000 }, (_, f) => ({
          ...document.figures[0],
          name: `f${f}`,
          axes: counted(1),
        }));
      }),
    'too many figures, got 5,000, expected at most 100',
  ],
  [
    '4 MB of text',
    () =>
      studyLink(({ document }) => {
        document.finding = 'x'.repeat(3_900_000);
      }),
    'a text of 3,900,000 characters, expected at most 100,000',
  ],
  [
    '300,000 values',
    () =>
      studyLink(({ document }) => {
        document.spec.more = Array<number>(300_000).fill(1);
      }),
    'more than 200,000 values',
  ],
  [
    'a million lists within lists',
    () =>
      studyLink(
        ({ document }) => {
          document.spec.deep = 0;
        },
        (json) => json.replace('"deep":0', `"deep":${'['.repeat(1e6)}${']'.repeat(1e6)}`),
      ),
    'is nested too deeply, got more than 64 levels, expected at most 64',
  ],
  [
    'objects within objects in its view',
    () =>
      studyLink(
        (json) => {
          json.view = 0;
        },
        (json) => json.replace('"view":0', `"view":${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`),
      ),
    'is nested too deeply',
  ],
  [
    '16 MB of zeros behind it',
    () => sealed(4, '{}', new Uint8Array(16 << 20)),
    'too large, got more than 4194304 bytes',
  ],
  [
    'a thousand million blocks',
    () => graphLink(shape({ layers: 1e9 })),
    'graph.shape.layers: wrong value, got 1000000000',
  ],
  [
    '60 blocks of 200 heads',
    () => graphLink(shape({ layers: 60, heads: 200, kvHeads: 200 })),
    'has too many edges, got 213,877,891',
  ],
  [
    '400 million heads',
    () => graphLink(shape({ heads: 454661602 })),
    'graph.shape.heads: wrong value, got 454661602',
  ],
  [
    'positions that multiply',
    () =>
      graphLink(({ document }) => {
        Object.assign(document.graph, { positions: Array<string>(90_000).fill('a') });
        Object.assign(document.graph.shape, { layers: 40, heads: 40 });
      }),
    'its graph has too many nodes',
  ],
  [
    'a trace of rows and layers without maps',
    () =>
      traceLink(({ document, kinds }) => {
        document.tokens = Array.from({ length: 20_000 }, (_, id) => ({ id, token: 'a' }));
        document.spec.window.layers = Array<number>(900).fill(0);
        kinds.hidden = { ...kinds.hidden, planes: {} };
      }),
    'its figures have too many cells',
  ],
  [
    'a trace of 50,000 layers',
    () =>
      traceLink(({ document }) => {
        document.spec.window.layers = Array<number>(50_000).fill(0);
      }),
    'too many layers, got 50,000',
  ],
];

describe('a link', () => {
  it.each(links)('of %s is refused at once', async (_, make, message) => {
    const link = make();
    const began = cpuTime();
    await expect(readLink(link)).rejects.toThrow(message);
    await expect(readLink(link)).rejects.toThrow(/^[^\n]{1,400}$/);
    expect(cpuTime() - began).toBeLessThan(2 * AT_ONCE);
  });

  it('with a figure of a name that objects have already keeps its steps', async () => {
    const link = studyLink(({ document }) => {
      document.figures[0].name = '__proto__';
    });
    const { steps, document } = await readLink(link);
    expect(Object.keys(steps)).toEqual(['__proto__']);
    expect(document.figures[0]!.name).toBe('__proto__');
    expect(({} as Json).values).toBeUndefined();
  });

  it('with a __proto__ in its question changes no other object', async () => {
    const poison = (json: string) => json.replace('"spec":{', '"spec":{"__proto__":{"isPoisoned":true},');
    await readLink(studyLink(() => undefined, poison)).catch(() => undefined);
    expect(({} as Json).isPoisoned).toBeUndefined();
  });
});

describe('a file', () => {
  const changed = (document: object, change: Change): string => {
    const json = structuredClone(document) as Json;
    change(json);
    return JSON.stringify(json);
  };
  const files: readonly (readonly [string, () => string, string])[] = [
    [
      'a thousand million blocks',
      () =>
        changed(graph, (json) => {
          json.graph.shape.layers = 1e9;
        }),
      'graph.shape.layers: wrong value',
    ],
    [
      'a million nodes',
      () =>
        changed(
          graph,
          (json) => void Object.assign(json.graph, { positions: Array<string>(90_000).fill('a') }),
        ),
      'its graph has too many nodes',
    ],
    [
      '20,000 facets',
      () =>
        changed(study, (json) => {
          json.figures = sampleStudy([{ shape: [200, 100, 1, 1] }]).figures;
        }),
      'too many pictures, got 20,000',
    ],
    [
      'nine million values',
      () =>
        changed(study, (json) => {
          json.more = Array<number>(9e6).fill(1);
        }),
      'more than 8,000,000 values',
    ],
    ['deep nesting', () => `${'['.repeat(1e6)}${']'.repeat(1e6)}`, 'is nested too deeply'],
    ['nesting without an end', () => '{"a":'.repeat(1e6), 'is nested too deeply'],
  ];
  it.each(files)('with %s is refused', async (_, make, message) => {
    const text = make();
    const began = cpuTime();
    await expect(textToDocument(text)).rejects.toThrow(message);
    expect(cpuTime() - began).toBeLessThan(3 * AT_ONCE);
  });
});

describe('the largest that Loci makes', () => {
  it('a trace of 48 layers and 300 tokens opens from its file', async () => {
    const large = sampleDocument({ T: 300, L: 48, metric: 'logprob' });
    const read = await textToDocument(JSON.stringify(large));
    expect(read.figures[2]!.draws![14_399]).toEqual(large.figures[2]!.draws![14_399]);
  });

  it('one kind of it travels in a link', async () => {
    const large = sampleDocument({ T: 300, L: 48, kinds: ['hidden'], samples: null });
    const { document } = await readLink(writeLink(large));
    expect(document.tokens).toHaveLength(300);
  });

  it('a study of every grid, one of all heads of GPT-2 XL, opens', () => {
    const shapes = [...Array.from({ length: 30 }, () => [48, 20]), [48, 25, 8, 8], [48, 25], [48, 6400]];
    const large = sampleStudy(shapes.map((one) => ({ shape: one })));
    expect(parseDocument(JSON.parse(JSON.stringify(large)))).toEqual(large);
  });

  it('a part of the edges of GPT-2 XL travels in a link', async () => {
    const model = { nLayers: 48, nHeads: 25, nKvHeads: 25, dMlp: 1, parallel: false };
    expect(edgeCount(model)).toBeLessThan(MOST.shapeEdges);
    const small = sampleGraphDocument({ present: 0.5 });
    const whole = { ...small.graph!.shape!, layers: 48, heads: 25, kvHeads: 25 };
    const nodes = small.graph!.nodes.map((node) => (node.kind === 'logits' ? { ...node, layer: 48 } : node));
    const large = { ...small, graph: { ...small.graph!, nodes, shape: whole, total: edgeCount(model) } };
    const { document } = await readLink(writeLink(large));
    expect(document.graph!.edges.map(({ from, to }) => [from, to])).toEqual(
      large.graph.edges.map(({ from, to }) => [from, to]),
    );
  });
});

it.each([
  { nLayers: 1, nHeads: 1, nKvHeads: 1, dMlp: 0, parallel: false },
  { nLayers: 3, nHeads: 4, nKvHeads: 2, dMlp: 8, parallel: false },
  { nLayers: 3, nHeads: 4, nKvHeads: 4, dMlp: 8, parallel: true },
  { nLayers: 5, nHeads: 2, nKvHeads: 3, dMlp: 0, parallel: true },
])('edges are counted without being made: %o', (model) => {
  expect(edgeCount(model)).toBe(edgesOf(model).length);
});
