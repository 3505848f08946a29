import { deflateSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { traceSpec } from '../experiments/trace/spec';
import { asTrace, type Metric, type TraceDocument } from '../results/document';
import { finding } from '../results/finding';
import { cellValue, percent, rangeText } from '../results/format';
import golden from '../results/golden/trace-v1.json';
import golden2 from '../results/golden/trace-v2.json';
import { parseDocument } from '../results/parse';
import { printDocument } from '../results/print';
import { sampleDocument } from '../results/testing/sampleDocument';
import { typedNote } from '../results/typed';
import { toBase64url } from './base64url';
import { crc32 } from './crc32';
import { dictionary } from './dictionary';
import oldLink from './golden/link-v1.txt?raw';
import oldLink2 from './golden/link-trace-v2.txt?raw';
import { readLink, writeLink } from './link';
import { pack } from './pack';

const metrics: Metric[] = ['p', 'logprob', 'logit-diff', 'rank'];

async function readTrace(text: string) {
  const { document, view, steps } = await readLink(text);
  return { document: asTrace(document), view, steps };
}

const kindsOf = ({ kinds }: TraceDocument) => Object.values(kinds).filter((kind) => kind !== undefined);

/** All that a reader sees of a document, as text. */
function digits(document: TraceDocument): unknown {
  const show = (x: number) => cellValue(document.metric, x);
  const maps = kindsOf(document).map(({ restored, effect, range, interval, hatched, p, groups }) => ({
    restored: restored.flat().map(show),
    effect: effect.flat().map(show),
    interval: interval?.flat().map((pair) => pair.map(show)),
    range: range?.flat().map((pair) => rangeText(document.metric, pair)),
    hatched,
    p: p?.flat().map(percent),
    groups: groups.map((g) => [
      g.restored.map(show),
      g.effect.map(show),
      g.interval?.map((pair) => pair.map(show)),
      g.range?.map((pair) => rangeText(document.metric, pair)),
      g.hatched,
    ]),
  }));
  return {
    maps,
    finding: finding(document).sentence,
    arrival: finding(document).arrival,
    print: printDocument(document),
  };
}

/** A fragment with a right length and checksum around any bytes. */
function sealed(bytes: Uint8Array): string {
  const data = toBase64url(deflateSync(bytes, { dictionary }));
  return `#v=1&n=${data.length}&c=${crc32(data)}&d=${data}`;
}

/** A sealed link whose JSON part is `change`d. */
// biome-ignore lint/suspicious/noExplicitAny: it is broken on purpose
function forged(document: TraceDocument, change: (json: any) => void): string {
  const bytes = pack(document, {});
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const json = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  change(json);
  const text = new TextEncoder().encode(JSON.stringify(json));
  const all = new Uint8Array(4 + text.length + bytes.length - 4 - length);
  new DataView(all.buffer).setUint32(0, text.length, true);
  all.set(text, 4);
  all.set(bytes.subarray(4 + length), 4 + text.length);
  return sealed(all);
}

describe('writeLink and readLink', () => {
  it.each(metrics)('show the same digits again, metric %s', async (metric) => {
    for (let seed = 1; seed <= 15; seed++) {
      const document = sampleDocument({ metric, seed, samples: seed === 1 ? 1 : seed === 2 ? null : 10 });
      const { document: read, steps } = await readTrace(writeLink(document));
      expect(digits(read)).toEqual(digits(document));
      expect(parseDocument(read)).toEqual(read);
      expect(read.spec).toEqual(traceSpec.parse(document.spec));
      const { kinds, nextTokens, corrupted, ...rest } = document;
      const { draws: _, ...level } = corrupted;
      expect(read).toMatchObject({ ...rest, corrupted: level });
      expect(JSON.stringify(read)).not.toContain('"draws":[');
      expect(read.nextTokens.map(({ id, token }) => ({ id, token }))).toEqual(
        nextTokens.map(({ id, token }) => ({ id, token })),
      );
      expect(Object.keys(steps)).toEqual(Object.keys(kinds));
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
    const typed = { ...document, spec };
    const note = typedNote(typed);
    expect(note).toContain("was typed as 'Ouagadougou'");
    const { document: read } = await readTrace(writeLink(typed));
    expect(typedNote(read)).toBe(note);
    expect(printDocument(read)).toContain(note);
  });

  it('are at most 1.5 steps off, and exact at zero', async () => {
    const document = sampleDocument();
    const { document: read, steps } = await readTrace(writeLink(document));
    const before = document.kinds.hidden!.effect.flat();
    const after = read.kinds.hidden!.effect.flat();
    const step = steps.hidden!.effect!;
    expect(step).toBeLessThan(1e-4);
    expect(Math.max(...before.map((x, i) => Math.abs(x - after[i]!)))).toBeLessThanOrEqual(1.5 * step);
    expect(after.filter((_, i) => before[i] === 0).every((x) => Object.is(x, 0))).toBe(true);
  });

  it('fit 12 tokens, 6 layers, three kinds, ranges, groups and next tokens in 5,000 characters', async () => {
    for (const metric of metrics) {
      const document = sampleDocument({ T: 12, L: 6, metric, nextTokens: 12 });
      // No cell is 0, so that nothing is left to compress.
      for (const kind of kindsOf(document)) {
        kind.effect.slice(0, 4).forEach((row, t) => {
          row.forEach((_, l) => {
            const x = ((t * 6 + l + 1) * 0.6180339887498949) % 0.3;
            row[l] = x;
            kind.restored[t]![l] = document.corrupted.metric + x;
            kind.range![t]![l] = [x - 0.07 * ((x * 997) % 1), x + 0.07 * ((x * 991) % 1)];
          });
        });
      }
      const link = writeLink(document, { kind: 'mlp', selection: { row: 3, layer: 2 }, theme: 'dark' });
      expect(link.length).toBeLessThan(5000);
    }
  });

  it('keep what is not a sum and not symmetric', async () => {
    const document = sampleDocument({ T: 5, L: 2, kinds: ['hidden'], metric: 'logprob' });
    document.kinds.hidden!.restored[3]![1] = 0.9876;
    document.kinds.hidden!.interval![4]![0] = [-0.02, 0.77];
    expect(digits((await readTrace(writeLink(document))).document)).toEqual(digits(document));
  });

  it('keep the view, and leave out an empty one', async () => {
    const document = sampleDocument();
    const view = {
      kind: 'attn',
      selection: { row: 11, layer: 5 },
      attention: { layer: 1, head: 3, sink: true },
      theme: 'light',
    } as const;
    expect((await readTrace(writeLink(document, view))).view).toEqual(view);
    expect((await readTrace(writeLink(document))).view).toEqual({});
  });

  it('take whole addresses, escaped ones and ones with something around or between the fields', async () => {
    const link = writeLink(asTrace(parseDocument(golden)));
    for (const text of [
      `https://example.org/loci/?x=1${link}`,
      ` ${link}\n`,
      `http://h/${encodeURIComponent(link.slice(1))}`.replace('h/', 'h/#'),
      `${link}abc`,
      link.replace('&d=', '&x=1&n=1&d='),
    ]) {
      expect((await readTrace(text)).document.tokens).toEqual(golden.tokens);
    }
    expect((await readTrace(link.slice(1))).document.tokens).toEqual(golden.tokens);
  });

  it('carry what was tightened, and which cells are like the peak', async () => {
    const document = asTrace(parseDocument(golden2));
    const { document: read } = await readTrace(writeLink(document));
    expect(read.tightened).toEqual(document.tightened);
    expect(read.kinds.hidden!.peak!.overNoise!.alike).toEqual(document.kinds.hidden!.peak!.overNoise!.alike);
    expect(digits(read)).toEqual(digits(document));
  });

  it('go on reading the traces of version 2 that are out there', async () => {
    expect(digits((await readTrace(oldLink2)).document)).toEqual(digits(asTrace(parseDocument(golden2))));
  });

  it('go on reading the links of version 1 that are out there', async () => {
    // Fails if the dictionary or the layout changes: then the link needs a new version.
    expect(crc32(new TextDecoder().decode(dictionary))).toBe('12ace999');
    expect(digits((await readTrace(oldLink)).document)).toEqual(digits(asTrace(parseDocument(golden))));
  });
});

describe('a bad link', () => {
  const document = asTrace(parseDocument(golden));
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
      'version 4',
      link.replace('v=1', 'v=4'),
      /newer Loci, got version "4", expected at most 3\. Reload or update/,
    ],
    ['a trace as version 2', link.replace('v=1', 'v=2'), /decompressed|not valid JSON|do not fit|content/],
    ['version x', link.replace('v=1', 'v=x'), /not a Loci link/],
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
    ['a wrong number', (json) => (json.document.clean.p = 'x'), /document: clean\.p: wrong value, got "x"/],
    [
      'an unknown spec field',
      (json) => (json.document.spec.callback = 'x'),
      /^link: trace: unknown field, got "callback"/,
    ],
    ['a token less', (json) => json.document.tokens.pop(), /link: its numbers do not fit/],
    ['another answer', (json) => (json.document.spec.answer = { id: 4 }), /answer\.id/],
    ['an unknown view', (json) => (json.view = { zoom: 2 }), /link: view: unknown field, got "zoom"/],
    [
      'a view of a missing kind',
      (json) => (json.view = { kind: 'attn' }),
      /view\.kind: not in this document, got 'attn'/,
    ],
    [
      'a selection outside',
      (json) => (json.view = { selection: { row: 7, layer: 0 } }),
      /view\.selection: outside the map, got row 7/,
    ],
    ['an unknown kind', (json) => (json.kinds.graph = json.kinds.mlp), /link: content: kinds/],
    ['no effect plane', (json) => delete json.kinds.mlp.planes.effect, /a map is missing|do not fit/],
    [
      'a step of 0',
      (json) => (json.kinds.mlp.planes.effect.step = 0),
      /step: wrong value, got 0, expected more than 0/,
    ],
    ['numbers beyond all', (json) => (json.kinds.mlp.planes.effect.step = 1e308), /document: kinds\.mlp/],
    ['a future document', (json) => (json.document.version = 9), /newer Loci, got version 9/],
    ['a foreign document', (json) => (json.document.format = 'x'), /not a Loci document/],
  ])('forged with %s names the place', async (_, change, message) => {
    await expect(readLink(forged(document, change))).rejects.toThrow(message);
  });

  it('made of other things is refused', async () => {
    await expect(readLink(sealed(new Uint8Array([1, 2])))).rejects.toThrow(/do not fit/);
    await expect(readLink(sealed(new Uint8Array([2, 0, 0, 0, 123, 34])))).rejects.toThrow(/not valid JSON/);
    await expect(readLink(`#v=1&n=4&c=${crc32('____')}&d=____`)).rejects.toThrow(/cannot be decompressed/);
    await expect(readLink(`#v=1&n=5&c=${crc32('AAAAA')}&d=AAAAA`)).rejects.toThrow(/not base64url/);
  });

  it('cannot fill the memory', async () => {
    await expect(readLink(sealed(new Uint8Array(8 << 20)))).rejects.toThrow(
      /too large, got more than 4194304 bytes/,
    );
  });

  it('never becomes another document: any change of any character', async () => {
    const expected = JSON.stringify((await readTrace(link)).document);
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
      fc.string({ maxLength: 300 }).map((text) => `#v=1&${text}`),
    );
    await fc.assert(
      fc.asyncProperty(change, async (text) => {
        let read: string;
        try {
          read = JSON.stringify((await readTrace(text)).document);
        } catch (error) {
          expect((error as Error).message).toMatch(/^(link|document): .+\.$/);
          return;
        }
        expect(read).toBe(expected);
      }),
      { numRuns: 1500 },
    );
  });

  it('with a right checksum around damaged content never crashes otherwise than by one sentence', async () => {
    const bytes = pack(document, {});
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (i, value) => {
        const damaged = bytes.slice();
        damaged[i] = value;
        try {
          parseDocument((await readTrace(sealed(damaged))).document);
        } catch (error) {
          expect((error as Error).message).toMatch(/^(link|document): .+\.$/s);
        }
      }),
      { numRuns: 400 },
    );
  });
});
