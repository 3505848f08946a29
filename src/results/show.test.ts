import { describe, expect, it } from 'vitest';
import { documentToCsv } from './csv';
import {
  differenceText,
  intervalText,
  percent,
  plain,
  plainText,
  points,
  rangeText,
  shownAs,
  signed,
  valueText,
} from './format';
import golden from './golden/trace-v1.json';
import { parseDocument } from './parse';
import { printDocument } from './print';
import { sampleDocument } from './testing/sampleDocument';
import { subjectText, tokenLabels } from './tokens';
import { visibleToken } from '../util/visible';

const document = parseDocument(golden);

describe('numbers', () => {
  it.each([
    [0.1423, '14.2 %'],
    [0.96, '96 %'],
    [1, '100 %'],
    [0.00047, '0.05 %'],
    [0.0001, '0.01 %'],
    [0.0000031, '< 0.01 %'],
    [-0.0000031, '> -0.01 %'],
    [0, '0 %'],
    [-0, '0 %'],
    [-0.003, '-0.3 %'],
  ])('%d is shown as %s', (share, text) => {
    expect(plainText(percent(share))).toBe(text);
  });

  it.each([
    [1.2934, '1.29'],
    [12345.6, '12,346'],
    [999.7, '1,000'],
    [0.00031, '3.1e-4'],
    [-2.5, '-2.5'],
    [1e9, '1.0e9'],
  ])('%d is shown as %s', (value, text) => {
    expect(plainText(plain(value))).toBe(text);
  });

  it('carry a sign where it matters', () => {
    expect([signed(0.142, points), signed(0, points), signed(-0.142, points)]).toEqual([
      '+14.2',
      '0',
      '−14.2',
    ]);
    expect(valueText(shownAs('logprob'), -0.5)).toBe('−0.5');
    const p = shownAs('p');
    expect([7e-6, -7e-6, 0.123].map((x) => differenceText(p, x))).toEqual([
      '< 0.01 points',
      '> −0.01 points',
      '+12.3 points',
    ]);
    expect(intervalText(p, [-7e-6, 0.2])).toBe('[> −0.01, 20]');
    expect(rangeText(p, [7e-6, 0.2])).toBe('from < 0.01 to 20');
  });
});

describe('tokens', () => {
  it('show spaces and control characters', () => {
    expect([' a', '\n', '\t', '', '\u0000', '\u007f'].map(visibleToken)).toEqual([
      '·a',
      '↵',
      '⇥',
      '∅',
      '␀',
      '␡',
    ]);
  });

  it('are indexed where they occur twice, and mark the subject', () => {
    const labels = tokenLabels(sampleDocument({ T: 13 }));
    expect(labels.map(({ label }) => label)).toEqual([
      '[BOS]',
      'The',
      '·capital',
      '·of_3',
      '·Bur',
      'k',
      'ina',
      '·F',
      'aso',
      '·is',
      '·the',
      '·city',
      '·of_12',
    ]);
    expect(labels.filter(({ isSubject }) => isSubject).map(({ row }) => row)).toEqual([4, 5, 6, 7, 8]);
    expect(subjectText(sampleDocument())).toBe('Burkina Faso');
  });
});

describe('documentToCsv', () => {
  const rows = parseCsv(documentToCsv(document));

  it('has one row per cell of each figure', () => {
    const [header, ...body] = rows;
    expect(header).toHaveLength(18);
    expect(body.every((row) => row.length === header!.length)).toBe(true);
    expect(body).toHaveLength(2 * (7 * 2 + 1 * 2) + 2 * 2 * 2);
    const at = (row: string[]) => Object.fromEntries(header!.map((name, i) => [name, row[i]]));
    const { difference, ...cell } = at(body[10]!);
    expect(Number(difference)).toBeCloseTo(0.1423, 12);
    expect(cell).toEqual({
      figure: 'hidden',
      position: 'ance',
      layer: '0',
      token: '',
      run: '',
      value: '0.2225',
      unit: 'probability',
      is_subject: 'true',
      ...{
        low: '',
        high: '',
        text: '',
        least: '',
        most: '',
        rule: '',
        hatched: '',
        covers: '',
        token_id: '',
      },
    });
    expect(at(body[14]!)).toMatchObject({ position: 'whole subject', value: '0.3929', is_subject: 'false' });
    expect(at(body[18]!)).toMatchObject({ figure: 'mlp', covers: '0-0' });
    expect(at(body.at(-1)!)).toMatchObject({ token: ' Lyon', run: 'corrupted', token_id: '640' });
  });

  it('quotes by RFC 4180', () => {
    const [figure] = structuredClone(document.figures);
    figure!.axes[0]!.labels[1] = 'a "b", c\n';
    const text = documentToCsv({ ...document, figures: [figure!] });
    expect(text).toContain('"a ""b"", c\n"');
    expect(parseCsv(text)[3]![1]).toBe('a "b", c\n');
    expect(parseCsv(text)).toHaveLength(1 + figure!.values.length);
    expect(text.endsWith('\r\n')).toBe(true);
  });
});

describe('printDocument', () => {
  it('is a heatmap that can be read', () => {
    const lines = printDocument(document).split('\n');
    const title = lines.indexOf('hidden state (change of p(Paris), mean over 10 noise draws)');
    expect(lines.slice(title + 1, title + 13)).toEqual([
      '  corrupted 8 %, clean 96 %',
      '  Each cell: the corrupted run with that state set to its clean value. Hidden states after a block ' +
        '(hook_resid_post); outputs of MLPs and attention (hook_mlp_out, hook_attn_out) in one block.',
      '  ~ Nothing is hatched.',
      '  position \\ layer     0      1',
      '  [BOS]                0      0',
      '  The                  0      0',
      '  ·capital             0      0',
      '  ·of                  0      0',
      '  ·Fr*               2.1    0.4',
      '  ance*             14.2░   6.1',
      '  ·is                0.5   88.0█',
      '  whole subject     31.3░   7.0',
    ]);
    expect(lines[0]).toMatch(/^Restoring the last piece of 'France'/);
  });

  it('stays aligned for every metric', () => {
    for (const metric of ['p', 'logprob', 'logit-diff', 'rank'] as const) {
      const lines = printDocument(sampleDocument({ metric, kinds: ['mlp'] })).split('\n');
      const title = lines.findIndex((line) => line.startsWith('  position'));
      const widths = lines.slice(title, title + 14).map((line) => line.length);
      expect(Math.max(...widths) - Math.min(...widths)).toBeLessThanOrEqual(1);
    }
  });
});

/** RFC 4180, by the letter. */
function parseCsv(text: string): string[][] {
  const fields = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)];
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of fields) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}
