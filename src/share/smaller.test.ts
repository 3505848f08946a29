import { expect, it } from 'vitest';
import type { Metric, TraceDocument } from '../results/document';
import { parseDocument } from '../results/parse';
import { sampleDocument } from '../results/testing/sampleDocument';
import { readLink, writeLink } from './link';
import { CUT_BY_CHATS, smallerLink } from './smaller';

const METRICS: [Metric, number][] = [
  ['p', 0.001],
  ['logprob', 0.01],
  ['logit-diff', 0.01],
  ['rank', 0.1],
];

async function readTrace(link: string): Promise<TraceDocument> {
  return (await readLink(link)).document as TraceDocument;
}

it.each(METRICS)('a smaller link of %s keeps one map to %s', async (metric, unit) => {
  const document = sampleDocument({ metric, T: 12, L: 6, nextTokens: 12 });
  for (const kind of ['hidden', 'mlp', 'attn'] as const) {
    const link = smallerLink(document, kind, { kind, selection: { row: 5, layer: 2 } });
    expect(link.length).toBeLessThan(CUT_BY_CHATS);
    const read = await readTrace(link);
    expect(parseDocument(read)).toEqual(read);
    expect(Object.keys(read.kinds)).toEqual([kind]);
    expect(read.spec).toEqual((await readTrace(writeLink(document))).spec);
    const before = document.kinds[kind]!;
    const after = read.kinds[kind]!;
    const off = after.effect.flat().map((x, i) => Math.abs(x - before.effect.flat()[i]!));
    expect(Math.max(...off)).toBeLessThanOrEqual(0.5001 * unit);
    expect(after.groups.map(({ name }) => name)).toEqual(before.groups.map(({ name }) => name));
    expect([after.peak?.row, after.peak?.layer]).toEqual([before.peak?.row, before.peak?.layer]);
    // Made again of itself it says no more.
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
  expect(Object.keys((await readTrace(smallerLink(document, 'hidden'))).kinds)).toEqual(['mlp']);
});
