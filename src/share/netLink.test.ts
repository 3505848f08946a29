/** Links of findings about nets: pictures in at most 1 KB, and small links for chats. */
import { describe, expect, it } from 'vitest';
import type { Figure, ResultDocument } from '../results/document';
import { parseDocument } from '../results/parse';
import { range } from '../util/range';
import { readLink, writeLink } from './link';
import { CUT_BY_CHATS, kindsOf } from './kinds';
import { smallerLink } from './smaller';

const EDGE = 48;

const mapFigure = (name: string, count: number, seed = 1): Figure => ({
  name,
  title: name,
  axes: [
    { name: 'layer', labels: range(0, count).map((i) => `conv${i}`) },
    { name: 'row', labels: range(0, EDGE).map(String) },
    { name: 'column', labels: range(0, EDGE).map(String) },
  ],
  unit: 'probability',
  values: range(0, count * EDGE * EDGE).map((i) => Math.sin(i * i * seed) * Math.cos(i)),
  drawn: 'map',
  over: 0,
  scale: 'signed',
});

/** `pictures`: how many were asked about. */
function documentOf(figures: Figure[], pictures: number, thumb: string): ResultDocument {
  const images = range(0, pictures).map((i) => ({
    name: `red circle/${i}.png`,
    sha256: i.toString(16).padStart(2, '0') + 'c1d2e3f405162738'.repeat(4).slice(2),
  }));
  return parseDocument({
    format: 'loci',
    version: 3,
    kind: 'class-graph',
    spec: {
      kind: 'class-graph',
      model: { id: 'shapes', revision: 'builtin' },
      preprocessing: null,
      images,
      class: 0,
      name: 'red circle',
      rule: 'paired',
      seed: 1,
    },
    model: { id: 'shapes', revision: 'builtin', sha256: 'ab', title: 'shapes', family: 'onnx' },
    tokens: [],
    finding: 'The logit of *red circle* changes most without channel 3.',
    notes: [],
    figures,
    pictures: [{ name: images[0]!.name, width: EDGE, height: EDGE, png: 'A'.repeat(4000), thumb }],
    cases: { asked: pictures, measured: pictures, skipped: [] },
    counters: { dispatches: 1, submits: 1, readbacks: 1, flops: 0, naiveFlops: 0 },
    environment: {
      adapter: 'onnxruntime-web 1.30.0, wasm, one thread',
      engine: 'onnxruntime',
      execution: 'restarted behind cuts',
      kernels: 'optimization disabled',
      loci: '0.1.0',
      time: '2026-12-01T00:00:00.000Z',
      seconds: 1,
    },
  });
}

/** Base64 that does not compress. */
const noise = (bytes: number) =>
  Buffer.from(range(0, bytes).map((i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255)).toString('base64');

describe('a link of a finding about a net', () => {
  it('holds the small picture, and not the large one', async () => {
    const document = documentOf([mapFigure('map', 1)], 1, noise(300));
    const { document: read } = await readLink(writeLink(document));
    const [{ png: _, ...picture }] = document.pictures as [NonNullable<ResultDocument['pictures']>[0]];
    expect(read.pictures).toEqual([picture]);
    expect(read.figures[0]!.over).toBe(0);
  });

  it('leaves out maps that do not fit, and says so', async () => {
    const maps = range(0, 24).map((i) => mapFigure(`map-${i}`, 1, i + 1));
    const link = writeLink(documentOf(maps, 1, noise(300)));
    const { document: read } = await readLink(link);
    expect(link.length).toBeLessThanOrEqual(30_000);
    expect(read.figures.length).toBeGreaterThan(0);
    expect(read.figures.length).toBeLessThan(24);
    expect(read.notes).toEqual([
      `The link holds the first ${read.figures.length} of 24 figures of maps; the JSON file holds all.`,
    ]);
  });

  it('without any map that fits has none', async () => {
    const { document: read } = await readLink(writeLink(documentOf([mapFigure('map', 12)], 1, noise(300))));
    expect(read.figures).toEqual([]);
    expect(read.notes).toEqual(['The link holds no maps; the JSON file does.']);
  });

  it('is short for chats: one map in large cells over its picture', async () => {
    const document = documentOf([mapFigure('map-0', 4), mapFigure('map-1', 4)], 1, noise(500));
    expect(kindsOf(document)).toEqual(['map-0', 'map-1']);
    const link = smallerLink(document, 'map-1');
    expect(link.length).toBeLessThan(CUT_BY_CHATS);
    const { document: read } = await readLink(link);
    expect(read.figures.map(({ name }) => name)).toEqual(['map-1']);
    expect(read.figures[0]!.axes.map(({ labels }) => labels.length)).toEqual([16, 16]);
    expect(read.pictures![0]!.thumb).toBe(document.pictures![0]!.thumb);
    // Means of blocks of 3 x 3, within half a shade.
    const { values } = document.figures[1]!;
    const block = range(0, 9).reduce((sum, i) => sum + values[Math.floor(i / 3) * EDGE + (i % 3)]!, 0) / 9;
    expect(Math.abs(read.figures[0]!.values[0]! - block)).toBeLessThan(0.011);
    expect(read.spec).toMatchObject({ images: [{ sha256: expect.stringMatching(/^.{12}$/) }] });
  });

  it('of many pictures is as short without its picture, which it names', async () => {
    const link = smallerLink(documentOf([mapFigure('map', 1)], 40, noise(1000)));
    const { document: read } = await readLink(link);
    expect(read.pictures).toEqual([
      expect.objectContaining({ name: 'red circle/0.png', width: EDGE, height: EDGE }),
    ]);
    expect(read.pictures![0]!.thumb).toBeUndefined();
    expect(read.notes[0]).toMatch(/Without its picture, red circle\/0\.png\.$/);
  });

  it('with a map that has no picture is refused', () => {
    const { pictures: _, ...rest } = documentOf([mapFigure('map', 1)], 1, '');
    expect(() => parseDocument(rest)).toThrow(
      /figures: map: over: .*picture 0, expected one of the document/,
    );
  });
});
