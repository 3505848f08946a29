import { deflateSync, inflateSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { traceSpec } from '../experiments/trace/spec';
import { cellOf } from '../results/cell';
import type { ResultDocument } from '../results/document';
import { numberText, rangeText } from '../results/format';
import golden from '../results/golden/trace-v1.json';
import golden2 from '../results/golden/trace-v2.json';
import { parseDocument } from '../results/parse';
import type { Metric } from '../results/parts';
import { printDocument } from '../results/print';
import { sampleDocument } from '../results/testing/sampleDocument';
import { withWords } from '../results/finding';
import { fromBase64url, toBase64url } from './base64url';
import { textCrc32 } from '../util/crc32';
import { dictionary } from './dictionary';
import oldLink from './golden/link-v1.txt?raw';
import oldLink2 from './golden/link-trace-v2.txt?raw';
import goldenLink from './golden/link-v4.txt?raw';
import { readLink, writeLink } from './link';
import { traceDictionary } from './old/dictionary';
import { pack } from './pack';

const metrics: Metric[] = ['p', 'logprob', 'logit-diff', 'rank'];

/** What a document displays, as text. */
function digits(document: ResultDocument): unknown {
  const figures = document.figures.map((figure) =>
    figure.values.map((value, cell) => {
      const { difference, interval, range, uncertain } = cellOf(figure, cell);
      const show = (x: number | null) => x !== null && numberText(figure, x);
      return [
        show(value),
        show(difference),
        interval?.map(show),
        range && rangeText(figure, range),
        uncertain,
      ];
    }),
  );
  const { finding, notes, title, warning } = document;
  return { figures, finding, notes, title, warning, print: printDocument(document) };
}

/** A fragment with correct length and checksum for any bytes. */
function sealed(bytes: Uint8Array, version = 4): string {
  const words = version === 4 ? dictionary : traceDictionary;
  const data = toBase64url(deflateSync(bytes, { dictionary: words }));
  return `#v=${version}&n=${data.length}&c=${textCrc32(data)}&d=${data}`;
}

/** The bytes of a link of version 1. */
const oldBytes = (link: string): Uint8Array =>
  inflateSync(fromBase64url(/&d=([\w-]+)/.exec(link)![1]!)!, { dictionary: traceDictionary });

/** Bytes whose JSON part is `change`d. */
// biome-ignore lint/suspicious/noExplicitAny: it is broken on purpose
function forged(bytes: Uint8Array, change: (json: any) => void): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const json = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  change(json);
  const text = new TextEncoder().encode(JSON.stringify(json));
  const all = new Uint8Array(4 + text.length + bytes.length - 4 - length);
  new DataView(all.buffer).setUint32(0, text.length, true);
  all.set(text, 4);
  all.set(bytes.subarray(4 + length), 4 + text.length);
  return all;
}

/** What a link drops. */
const withoutDraws = (document: ResultDocument): unknown =>
  JSON.parse(
    JSON.stringify(document, (name, value: unknown) =>
      name === 'draws' && Array.isArray(value) ? undefined : value,
    ),
  );

describe('writeLink and readLink', () => {
  it.each(metrics)('show the same digits again, metric %s', async (metric) => {
    for (let seed = 1; seed <= 15; seed++) {
      const document = sampleDocument({ metric, seed, samples: seed === 1 ? 1 : seed === 2 ? null : 10 });
      const { document: read, steps } = await readLink(writeLink(document));
      expect(digits(read)).toEqual(digits(document));
      expect(parseDocument(read)).toEqual(read);
      expect(read.spec).toEqual(traceSpec.parse(document.spec));
      const { figures, ...rest } = withoutDraws(document) as ResultDocument;
      expect(read).toMatchObject(rest);
      figures.forEach(({ values: _, intervals: __, ranges: ___, peak, ...outline }, f) => {
        expect(read.figures[f]).toMatchObject(outline);
        expect(read.figures[f]!.peak?.cell).toBe(peak?.cell);
      });
      expect(JSON.stringify(read)).not.toContain('"draws":[');
      expect(Object.keys(steps)).toEqual(figures.map(({ name }) => name));
    }
  });

  it('keep what was typed where an answer is several tokens', async () => {
    const document = sampleDocument({ metric: 'logit-diff' });
    const { answer, distractor } = traceSpec.parse(document.spec);
    const spec = {
      ...document.spec,
      answer: { ...answer, typed: 'Ouagadougou' },
      ...(distractor && { distractor: { ...distractor, typed: '東京都' } }),
    };
    const typed = withWords({ ...document, spec, notes: [] });
    expect(typed.notes[0]).toContain("was typed as 'Ouagadougou'");
    const { document: read } = await readLink(writeLink(typed));
    expect(read.notes).toEqual(typed.notes);
  });

  it('are at most 1.5 steps off, and exact at zero', async () => {
    const document = sampleDocument();
    const { document: read, steps } = await readLink(writeLink(document));
    const effects = ({ figures: [figure] }: ResultDocument) =>
      figure!.values.map((_, cell) => cellOf(figure!, cell).difference!);
    const [before, after] = [effects(document), effects(read)];
    const step = steps.hidden!.values!;
    expect(step).toBeLessThan(1e-4);
    expect(Math.max(...before.map((x, i) => Math.abs(x - after[i]!)))).toBeLessThanOrEqual(1.5 * step);
    expect(after.filter((_, i) => before[i] === 0).every((x) => Object.is(x, 0))).toBe(true);
  });

  it('fit 12 tokens, 6 layers, three kinds, ranges, groups and next tokens in 5,000 characters', async () => {
    for (const metric of metrics) {
      const document = sampleDocument({ T: 12, L: 6, metric, nextTokens: 12 });
      // No cell is 0, so nothing compresses.
      for (const figure of document.figures.filter(({ drawn }) => drawn === 'heatmap')) {
        const corrupted = figure.levels![0]!.value;
        for (let cell = 0; cell < 24; cell++) {
          const x = ((cell + 1) * 0.6180339887498949) % 0.3;
          figure.values[cell] = corrupted + x;
          figure.ranges![cell] = [x - 0.07 * ((x * 997) % 1), x + 0.07 * ((x * 991) % 1)];
        }
      }
      const link = writeLink(document, { selection: { figure: 'mlp', cell: 20 }, theme: 'dark' });
      expect(link.length).toBeLessThan(5000);
    }
  });

  it('keep intervals that are not symmetric', async () => {
    const document = sampleDocument({ T: 5, L: 2, kinds: ['hidden'], metric: 'logprob' });
    document.figures[0]!.values[7] = 0.9876;
    document.figures[0]!.intervals![8] = [-0.02, 0.77];
    const { document: read } = await readLink(writeLink(document));
    expect((digits(read) as { figures: unknown }).figures).toEqual(
      (digits(document) as { figures: unknown }).figures,
    );
  });

  it('keep the view, and leave out an empty one', async () => {
    const document = sampleDocument();
    const view = {
      selection: { figure: 'attn', cell: 71 },
      attention: { layer: 1, head: 3, sink: true },
      theme: 'light',
    } as const;
    expect((await readLink(writeLink(document, view))).view).toEqual(view);
    expect((await readLink(writeLink(document))).view).toEqual({});
  });

  it('take whole addresses, escaped ones and ones with something around or between the fields', async () => {
    const link = writeLink(parseDocument(golden));
    for (const text of [
      `https://example.org/loci/?x=1${link}`,
      ` ${link}\n`,
      `http://h/${encodeURIComponent(link.slice(1))}`.replace('h/', 'h/#'),
      `${link}abc`,
      link.replace('&d=', '&x=1&n=1&d='),
    ]) {
      expect((await readLink(text)).document.tokens).toEqual(golden.tokens);
    }
    expect((await readLink(link.slice(1))).document.tokens).toEqual(golden.tokens);
  });

  it('carry what was tightened, and which cells are like the peak', async () => {
    const document = parseDocument(golden2);
    const { document: read } = await readLink(writeLink(document));
    expect(read.tightened).toEqual(document.tightened);
    expect(read.figures[0]!.peak!.overNoise!.alike).toEqual(document.figures[0]!.peak!.overNoise!.alike);
    expect(digits(read)).toEqual(digits(document));
  });

  it('go on reading the traces of version 2 that are out there', async () => {
    expect(digits((await readLink(oldLink2)).document)).toEqual(digits(parseDocument(golden2)));
  });

  it('go on reading the links of version 4 that are out there', async () => {
    // Fails if the dictionary or layout changes: then links need a new version.
    expect(textCrc32(new TextDecoder().decode(dictionary))).toBe('7c517227');
    expect(digits((await readLink(goldenLink)).document)).toEqual(digits(parseDocument(golden2)));
  });

  it('go on reading the links of version 1 that are out there', async () => {
    // Fails if the dictionary or layout changes: then links need a new version.
    expect(textCrc32(new TextDecoder().decode(traceDictionary))).toBe('12ace999');
    const { document: read, steps } = await readLink(oldLink);
    const { figures, ...rest } = parseDocument(golden);
    expect(read).toMatchObject(rest);
    for (const [f, { name, values }] of figures.entries()) {
      const step = steps[name]?.values ?? 1e-6;
      for (const [cell, value] of values.entries())
        expect(Math.abs(read.figures[f]!.values[cell]! - value!)).toBeLessThanOrEqual(1.5 * step);
    }
  });
});

describe('a bad link', () => {
  const document = parseDocument(golden);
  const link = writeLink(document);
  const at = link.indexOf('&d=') + 3;

  it.each([
    ['empty', '', /^link: not a Loci link, got ""/],
    [
      'another page',
      'https://example.org/#top',
      /not a Loci link, got "https:\/\/example.org\/#top", expected an address with '#v=1&/,
    ],
    ['a query', `https://example.org/?${link.slice(1)}`, /not a Loci link/],
    [
      'version 5',
      link.replace('v=4', 'v=5'),
      /newer Loci, got version "5", expected at most 4\. Reload or update/,
    ],
    ['another version', link.replace('v=4', 'v=2'), /decompressed|not valid JSON|do not fit|content/],
    ['version x', link.replace('v=4', 'v=x'), /not a Loci link/],
    [
      'cut in the data',
      link.slice(0, 200),
      /cut off, got \d+ characters of data, expected \d+: \d+ are missing\. Copy it again\./,
    ],
    [
      'cut before the data',
      link.slice(0, 12),
      /cut off, got only the fields v, n, c, expected|cut off, got only the fields v, n,/,
    ],
    [
      'foreign characters',
      `${link.slice(0, at + 9)}!${link.slice(at + 10)}`,
      /not base64url, got the character "!"/,
    ],
    [
      'one character changed',
      link.slice(0, at + 9) + (link[at + 9] === 'A' ? 'B' : 'A') + link.slice(at + 10),
      /changed on the way or by hand, got checksum/,
    ],
    ['another length', link.replace(/n=\d+/, 'n=-5'), /changed by hand, got length "-5"/],
    ['another length in front', link.replace('&n=', '&n=1&n='), /changed on the way or by hand/],
  ])('%s says what is wrong', async (_, text, message) => {
    await expect(readLink(text)).rejects.toThrow(message);
  });

  // biome-ignore lint/suspicious/noExplicitAny: it is broken on purpose
  it.each<[string, (json: any) => void, RegExp]>([
    ['a wrong number', (json) => (json.document.answer.p = 'x'), /document: answer\.p: wrong value, got "x"/],
    [
      'an unknown spec field',
      (json) => (json.document.spec.callback = 'x'),
      /^link: trace: unknown field, got "callback"/,
    ],
    ['a token less', (json) => json.document.tokens.pop(), /link: its numbers do not fit/],
    ['another answer', (json) => (json.document.spec.answer = { id: 4 }), /answer\.id/],
    ['an unknown view', (json) => (json.view = { zoom: 2 }), /link: view: unknown field, got "zoom"/],
    [
      'a selection outside',
      (json) => (json.view = { selection: { figure: 'mlp', cell: 99 } }),
      /view\.selection: outside the figures, got cell 99 of 'mlp'/,
    ],
    ['no plane', (json) => delete json.document.figures[1].planes.values, /no numbers|do not fit/],
    [
      'a step of 0',
      (json) => (json.document.figures[1].planes.values.step = 0),
      /step: wrong value, got 0, expected more than 0/,
    ],
    [
      'numbers beyond all',
      (json) => (json.document.figures[1].planes.values.step = 1e308),
      /document: figures\[1\]/,
    ],
    ['a future document', (json) => (json.document.version = 9), /newer Loci, got version 9/],
    ['a foreign document', (json) => (json.document.format = 'x'), /not a Loci document/],
    [
      'words of a trace without its numbers',
      (json) => (json.document.figures[0].levels = []),
      /hidden\.floor: .*got corrupted, expected the name of a level/,
    ],
  ])('forged with %s names the place', async (_, change, message) => {
    await expect(readLink(sealed(forged(pack(document, {}), change)))).rejects.toThrow(message);
  });

  // biome-ignore lint/suspicious/noExplicitAny: it is broken on purpose
  it.each<[string, (json: any) => void, RegExp]>([
    ['a wrong number', (json) => (json.document.clean.p = 'x'), /document: clean\.p: wrong value, got "x"/],
    ['an unknown view', (json) => (json.view = { zoom: 2 }), /link: view: unknown field, got "zoom"/],
    [
      'a selection outside',
      (json) => (json.view = { selection: { row: 99, layer: 0 } }),
      /view\.selection: outside the figures, got cell 198 of 'hidden'/,
    ],
    ['an unknown kind', (json) => (json.kinds.graph = json.kinds.mlp), /link: content: kinds/],
    ['no effect plane', (json) => delete json.kinds.mlp.planes.effect, /a map is missing|do not fit/],
    ['numbers beyond all', (json) => (json.kinds.mlp.planes.effect.step = 1e308), /document: kinds\.mlp/],
    ['a study', (json) => (json.document.kind = 'ablation'), /kind: wrong value, got "ablation"/],
  ])('of version 1, forged with %s, names the place', async (_, change, message) => {
    await expect(readLink(sealed(forged(oldBytes(oldLink), change), 1))).rejects.toThrow(message);
  });

  it('made of other things is refused', async () => {
    await expect(readLink(sealed(new Uint8Array([1, 2])))).rejects.toThrow(/do not fit/);
    await expect(readLink(sealed(new Uint8Array([2, 0, 0, 0, 123, 34])))).rejects.toThrow(/not valid JSON/);
    await expect(readLink(`#v=4&n=4&c=${textCrc32('____')}&d=____`)).rejects.toThrow(
      /cannot be decompressed/,
    );
    await expect(readLink(`#v=4&n=5&c=${textCrc32('AAAAA')}&d=AAAAA`)).rejects.toThrow(/not base64url/);
  });

  it('cannot fill the memory', async () => {
    await expect(readLink(sealed(new Uint8Array(8 << 20)))).rejects.toThrow(
      /too large, got more than 4194304 bytes/,
    );
  });

  it('never becomes another document: any change of any character', async () => {
    const expected = JSON.stringify((await readLink(link)).document);
    const character = fc.constantFrom(...'abcXYZ019-_&=#%! vncd');
    const change = fc.oneof(
      fc.tuple(fc.nat(link.length - 1), character).map(([i, c]) => link.slice(0, i) + c + link.slice(i + 1)),
      fc.tuple(fc.nat(link.length), character).map(([i, c]) => link.slice(0, i) + c + link.slice(i)),
      fc.tuple(fc.nat(link.length), fc.nat(30)).map(([i, n]) => link.slice(0, i) + link.slice(i + n)),
      fc.tuple(fc.nat(link.length - 2), fc.nat(30)).map(
        ([i, n]) =>
          link.slice(0, i) +
          link
            .slice(i, i + n)
            .split('')
            .reverse()
            .join('') +
          link.slice(i + n),
      ),
      fc.string({ maxLength: 300 }).map((text) => `#v=4&${text}`),
    );
    await fc.assert(
      fc.asyncProperty(change, async (text) => {
        let read: string;
        try {
          read = JSON.stringify((await readLink(text)).document);
        } catch (error) {
          expect((error as Error).message).toMatch(/^(link|document): .+\.$/);
          return;
        }
        expect(read).toBe(expected);
      }),
      { numRuns: 1500 },
    );
  });

  it.each([
    ['', pack(document, {}), 4],
    [' of version 1', oldBytes(oldLink2), 1],
  ])(
    'with a right checksum around damaged content%s never crashes otherwise than by one sentence',
    async (_, bytes, version) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (i, value) => {
          const damaged = bytes.slice();
          damaged[i] = value;
          try {
            parseDocument((await readLink(sealed(damaged, version))).document);
          } catch (error) {
            expect((error as Error).message).toMatch(/^(link|document): .+\.$/s);
          }
        }),
        { numRuns: 400 },
      );
    },
  );
});
