import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../results/golden/trace-v1.json';
import { parseDocument } from '../results/parse';
import { sampleDocument } from '../results/testing/sampleDocument';
import { fromBase64url, toBase64url } from './base64url';
import { textCrc32 } from '../util/crc32';
import { deviation } from './deviation';
import { documentToText, textToDocument } from './file';
import { readLink, writeLink } from './link';
import { dequantise, quantise } from './quantise';

describe('crc32', () => {
  it("gives the standard's check value", () => {
    expect(textCrc32('123456789')).toBe('cbf43926');
    expect(textCrc32('')).toBe('00000000');
  });
});

describe('base64url', () => {
  it("is Node's", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        expect(toBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64url(toBase64url(bytes))).toEqual(Uint8Array.from(bytes));
      }),
    );
  });

  it('is null for other text', () => {
    expect([fromBase64url('a'), fromBase64url('a+bc'), fromBase64url('ab==')]).toEqual([null, null, null]);
  });
});

describe('quantise', () => {
  const any = fc.double({ min: -1e6, max: 1e6, noNaN: true });

  it('is at most 1.5 steps off over any range, with about 2^16 steps', () => {
    fc.assert(
      fc.property(fc.array(fc.option(any), { maxLength: 40 }), (values) => {
        const plane = quantise(values, () => true);
        const back = dequantise(plane);
        const numbers = values.filter((value) => value !== null);
        const range = Math.max(...numbers) - Math.min(...numbers);
        if (range > 1e-3) expect(plane.step).toBeLessThan((1.11 * range) / 65000 + 1e6 * 2 ** -38);
        values.forEach((value, i) => {
          if (value === null) expect(back[i]).toBeNull();
          else expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(1.5 * plane.step);
        });
      }),
    );
  });

  it('keeps as a float what no code can show', () => {
    const plane = quantise([0, 0.5, 1], (i) => i !== 1);
    expect(plane.apart).toEqual([0.5]);
    expect(dequantise({ ...plane, apart: [7] })[1]).toBe(7);
  });

  it('copes with nothing, one number and zeros', () => {
    expect(dequantise(quantise([], () => true))).toEqual([]);
    expect(dequantise(quantise([0, 0, null], () => true))).toEqual([0, 0, null]);
    expect(dequantise(quantise([-7.25], () => true))[0]).toBeCloseTo(-7.25, 9);
  });
});

describe('file', () => {
  it('round-trips exactly', async () => {
    for (const metric of ['p', 'logit-diff'] as const) {
      const document = sampleDocument({ metric });
      expect(await textToDocument(documentToText(document))).toEqual(document);
    }
  });

  it('is JSON with a list of numbers on one line', () => {
    const text = documentToText(parseDocument(golden));
    expect(JSON.parse(text)).toEqual(parseDocument(golden));
    expect(text).toContain('\n   "values": [0.0802, 0.0802,');
  });

  it('refuses what is no document', async () => {
    await expect(textToDocument('{"a"')).rejects.toThrow(/^document: is not valid JSON/);
    const foreign = { ...golden, spec: { ...golden.spec, hook: 1 } };
    await expect(textToDocument(JSON.stringify(foreign))).rejects.toThrow(
      /^document: trace: unknown field, got "hook"/,
    );
  });
});

describe('deviation', () => {
  const document = sampleDocument();

  it('of a result from a link lies within its steps', async () => {
    const { document: linked, steps } = await readLink(writeLink(document));
    const { rows, isWithin } = deviation(linked, document, steps);
    expect(isWithin).toBe(true);
    expect(rows.map(({ name }) => name)).toEqual(document.figures.map(({ name }) => name));
    for (const row of rows) {
      expect(row.largest).toBeGreaterThan(0);
      expect(row.largest).toBeLessThanOrEqual(1.5 * row.step + 1e-12);
    }
  });

  it('finds the cell that differs', () => {
    const other = structuredClone(document);
    other.figures[1]!.values[45]! += 0.01;
    const { rows, isWithin } = deviation(document, other);
    expect(isWithin).toBe(false);
    expect(rows.filter((row) => !row.isWithin)).toMatchObject([{ name: 'mlp', cell: 45 }]);
  });

  it('does not compare what the entries themselves are found by', () => {
    const other = structuredClone(document);
    const table = other.figures.at(-1)!;
    table.axes[0]!.labels.reverse();
    expect(deviation(document, other).rows.map(({ name }) => name)).not.toContain(table.name);
  });

  it('refuses another question', () => {
    const other = { ...document, spec: { ...document.spec, prompt: 'x' } };
    expect(() => deviation(document, other)).toThrow(/not the same question, got another prompt/);
    expect(() => deviation(document, { ...document, figures: [] })).toThrow(/nothing to compare/);
  });
});
