import { deflateSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentToCsv } from '../results/csv';
import { plain, rangeText } from '../results/format';
import golden from '../results/golden/study-v1.json';
import { parseDocument } from '../results/parse';
import { printDocument } from '../results/print';
import type { ResultDocument } from '../results/document';
import { type SampleFigure, sampleStudy } from '../results/testing/sampleStudy';
import { toBase64url } from './base64url';
import { textCrc32 } from '../util/crc32';
import { deviation } from './deviation';
import { dictionary } from './dictionary';
import { textToDocument } from './file';
import oldLink from './golden/link-v2.txt?raw';
import { readLink, writeLink } from './link';
import { pack } from './pack';

const study = parseDocument(golden) as ResultDocument;

async function read(link: string) {
  const { document, view, steps } = await readLink(link);
  return { document: document as ResultDocument, view, steps };
}

/** What a study's numbers display. */
function digits({ figures }: ResultDocument): unknown {
  return figures.map(({ values, intervals, ranges, texts, ...figure }) => ({
    values: values.map((value) => value !== null && plain(value)),
    intervals: intervals?.map((pair) => pair?.map(plain)),
    ranges: ranges?.map((pair) => pair && rangeText(figure, pair)),
    texts,
  }));
}

/** A fragment with correct length and checksum for any bytes. */
function sealed(bytes: Uint8Array): string {
  const data = toBase64url(deflateSync(bytes, { dictionary }));
  return `#v=4&n=${data.length}&c=${textCrc32(data)}&d=${data}`;
}

const SAMPLES: readonly (readonly [string, readonly SampleFigure[]])[] = [
  ['a grid', [{ shape: [6, 9] }]],
  ['intervals', [{ shape: [6, 9], intervals: 'symmetric' }]],
  ['skew intervals and gaps', [{ shape: [6, 9], intervals: 'skew', missing: 0.3 }]],
  ['ranges of draws and gaps', [{ shape: [6, 9], intervals: 'ranges', missing: 0.3 }]],
  ['words', [{ shape: [7, 6], texts: true, drawn: 'table' }]],
  [
    'small and large numbers',
    [
      { shape: [40], size: 1e-5, drawn: 'bars' },
      { shape: [40], size: 1e5 },
    ],
  ],
  ['four axes', [{ shape: [3, 2, 6, 6] }]],
  ['nothing defined', [{ shape: [4], missing: 1.1 }]],
];

describe('a link of a study', () => {
  it.each(SAMPLES)('shows the same digits again: %s', async (_, samples) => {
    const document = sampleStudy(samples);
    const { document: shown, steps } = await read(writeLink(document));
    expect(digits(shown)).toEqual(digits(document));
    expect(printDocument(shown)).toBe(printDocument(document));
    const { figures: ours, ...rest } = document;
    expect(shown).toMatchObject(rest);
    expect(deviation(shown, { ...document, spec: shown.spec }, steps).isWithin).toBe(true);
    for (const [f, figure] of ours.entries()) {
      for (const [cell, value] of figure.values.entries()) {
        const step = steps[figure.name]!.values!;
        if (value !== null)
          expect(Math.abs(shown.figures[f]!.values[cell]! - value)).toBeLessThanOrEqual(1.5 * step + 1e-12);
      }
    }
  });

  it('keeps the view, and refuses one that does not fit', async () => {
    const view = { selection: { figure: study.figures[0]!.name, cell: 3 }, theme: 'dark' } as const;
    expect((await read(writeLink(study, view))).view).toEqual(view);
    const outside = { selection: { figure: 'none', cell: 0 } };
    await expect(read(writeLink(study, outside))).rejects.toThrow(
      /link: view\.selection: outside the figures/,
    );
  });

  it('is short where the study is small, and says so where it is too large', async () => {
    expect(writeLink(study).length).toBeLessThan(2600);
    const neurons = writeLink(sampleStudy([{ shape: [6, 512] }]));
    expect(neurons.length).toBeLessThan(30_000);
    expect(() => writeLink(sampleStudy([{ shape: [20, 512] }]))).toThrow(
      /^link: this study is too large for a link, got [\d,]+ characters, expected at most 30,000\. Export it/,
    );
  });

  it('goes on reading the links of version 2 that are out there', async () => {
    const { document } = await read(oldLink);
    const { figures: _, ...rest } = study;
    expect(document).toMatchObject(rest);
    expect(digits(document)).toEqual(digits(study));
  });

  it('has its question checked by its experiment', async () => {
    const wrong = { ...study, spec: { ...study.spec, grids: ['nothing'] } };
    await expect(read(writeLink(wrong))).rejects.toThrow(
      /^link: activation-patching: grids\[0\]: wrong value/,
    );
    await expect(textToDocument(JSON.stringify(wrong))).rejects.toThrow(
      /^document: activation-patching: grids/,
    );
    const unknown = { ...study, kind: 'x', spec: { ...study.spec, kind: 'x' } };
    await expect(read(writeLink(unknown))).rejects.toThrow(/^link: spec: kind: unknown experiment, got "x"/);
  });

  it('with a right checksum around damaged content never crashes otherwise than by one sentence', async () => {
    const bytes = pack(study, {});
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (i, value) => {
        const damaged = bytes.slice();
        damaged[i] = value;
        try {
          parseDocument((await read(sealed(damaged))).document);
        } catch (error) {
          expect((error as Error).message).toMatch(/^(link|document): .+\.$/s);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('a re-run of a study', () => {
  it('names the figure and the cell that is furthest off', () => {
    const again = structuredClone(study);
    again.figures[1]!.values[5]! += 0.01;
    const { rows, isWithin } = deviation(study, again);
    expect(isWithin).toBe(false);
    expect(rows[1]).toMatchObject({ name: study.figures[1]!.name, cell: 5, isWithin: false });
    expect(rows[1]!.largest).toBeCloseTo(0.01, 12);
    expect(rows[0]).toMatchObject({ largest: 0, isWithin: true });
  });

  it('is compared with the same question only', () => {
    const other = { ...study, spec: { ...study.spec, direction: 'noise' } };
    expect(() => deviation(study, other)).toThrow(/not the same question, got another direction/);
  });
});

it('the CSV of a study has one row per cell, with a column per axis', () => {
  const lines = documentToCsv(
    sampleStudy([
      { shape: [2, 3], intervals: 'skew' },
      { shape: [4], drawn: 'bars' },
    ]),
  )
    .trimEnd()
    .split('\r\n');
  expect(lines[0]).toBe(
    'figure,layer,head,value,low,high,text,unit,least,most,rule,difference,hatched,covers,token_id,is_subject',
  );
  expect(lines).toHaveLength(1 + 6 + 4);
  expect(lines[6]).toMatch(
    /^figure-1,1,2,-?[\d.e-]+,-?[\d.e-]+,-?[\d.e-]+,,logits,,,"Student t, 11 degrees of freedom",,,,,$/,
  );
  expect(lines[7]).toMatch(/^figure-2,0,,-?[\d.e-]+,,,,logits,,,,,,,,$/);
});
