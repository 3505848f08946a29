import { expect, it } from 'vitest';
import type { ResultDocument } from '../results/document';
import { cellOf } from '../results/cell';
import { parseDocument } from '../results/parse';
import type { Metric } from '../results/parts';
import { sampleDocument } from '../results/testing/sampleDocument';
import { readLink, writeLink } from './link';
import { CUT_BY_CHATS } from './kinds';
import { smallerLink } from './smaller';

const METRICS: [Metric, number][] = [
  ['p', 0.001],
  ['logprob', 0.01],
  ['logit-diff', 0.01],
  ['rank', 0.1],
];

const mapOf = ({ figures }: ResultDocument, kind: string) => figures.find(({ name }) => name === kind)!;
const mapsOf = ({ figures }: ResultDocument) =>
  figures.filter(({ drawn }) => drawn === 'heatmap').map(({ name }) => name);

it.each(METRICS)('a smaller link of %s keeps one map to %s', async (metric, unit) => {
  const document = sampleDocument({ metric, T: 12, L: 6, nextTokens: 12 });
  for (const kind of ['hidden', 'mlp', 'attn'] as const) {
    const link = smallerLink(document, kind, { selection: { figure: kind, cell: 32 } });
    expect(link.length).toBeLessThan(CUT_BY_CHATS);
    const { document: read } = await readLink(link);
    expect(parseDocument(read)).toEqual(read);
    expect(mapsOf(read)).toEqual([kind]);
    expect(read.spec).toEqual((await readLink(writeLink(document))).document.spec);
    const [before, after] = [mapOf(document, kind), mapOf(read, kind)];
    const change = (figure: typeof after, cell: number) => cellOf(figure, cell).difference!;
    const off = after.values.map((_, cell) => Math.abs(change(after, cell) - change(before, cell)));
    expect(Math.max(...off)).toBeLessThanOrEqual(0.5001 * unit);
    expect(after.axes).toEqual(before.axes);
    expect(after.peak?.cell).toBe(before.peak?.cell);
    // Applying it again drops nothing more.
    expect(smallerLink(read, kind).length).toBeLessThan(CUT_BY_CHATS);
  }
});

it('twelve layers of forty tokens fit, with a digit fewer; of forty-eight layers a sixth is left', () => {
  const twelve = sampleDocument({ T: 40, L: 12, nextTokens: 12 });
  expect(writeLink(twelve).length).toBeGreaterThan(9000);
  expect(smallerLink(twelve).length).toBeLessThan(CUT_BY_CHATS);
  const many = sampleDocument({ T: 40, L: 48, nextTokens: 12 });
  expect(smallerLink(many).length).toBeLessThan(writeLink(many).length / 5);
});

it('of a kind that is not there the first is kept', async () => {
  const document = sampleDocument({ kinds: ['mlp', 'attn'] });
  const { document: read } = await readLink(smallerLink(document, 'hidden'));
  expect(mapsOf(read)).toEqual(['mlp']);
});
