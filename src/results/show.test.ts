import { describe, expect, it } from 'vitest';
import { documentToCsv } from './csv';
import { asTrace } from './document';
import { metricValue, percent, plain, plainText, points, signed } from './format';
import golden from './golden/trace-v1.json';
import { parseDocument } from './parse';
import { printDocument } from './print';
import { sampleDocument } from './testing/sampleDocument';
import { subjectText, tokenLabels } from './tokens';
import { visibleToken } from '../util/visible';

const document = asTrace(parseDocument(golden));

describe('numbers', () => {
  it.each([
    [0.1423, '14.2 %'],
    [0.96, '96 %'],
    [1, '100 %'],
    [0.00047, '0.05 %'],
    [0.0000031, '3.1e-4 %'],
    [0, '0 %'],
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
    expect(metricValue('logprob', -0.5)).toBe('−0.5');
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

  it('has one row per kind, token and layer, then the groups', () => {
    const [header, ...body] = rows;
    expect(header).toHaveLength(16);
    expect(body.every((row) => row.length === header!.length)).toBe(true);
    expect(body).toHaveLength(2 * (7 * 2 + 1 * 2));
    const at = (row: string[]) => Object.fromEntries(header!.map((name, i) => [name, row[i]]));
    expect(at(body[10]!)).toEqual({
      kind: 'hidden',
      group: '',
      row: '5',
      token_id: '118',
      token: 'ance',
      is_subject: 'true',
      layer: '0',
      layers_restored: '0-0',
      restored: '0.2225',
      effect: '0.1423',
      restored_min: '',
      restored_max: '',
      effect_low: '',
      effect_high: '',
      hatched: '',
      p: '0.2225',
    });
    expect(at(body[14]!)).toMatchObject({ group: 'subject', row: '4 5', token: '', effect: '0.3127' });
  });

  it('quotes by RFC 4180', () => {
    const tokens = document.tokens.map((token, i) => ({
      ...token,
      token: i === 1 ? 'a "b", c\n' : token.token,
    }));
    const text = documentToCsv({ ...document, tokens });
    expect(text).toContain('"a ""b"", c\n"');
    expect(parseCsv(text)[3]![4]).toBe('a "b", c\n');
    expect(parseCsv(text)).toHaveLength(rows.length);
    expect(text.endsWith('\r\n')).toBe(true);
  });
});

describe('printDocument', () => {
  it('is a heatmap that can be read', () => {
    const lines = printDocument(document).split('\n');
    const title = lines.indexOf('hidden states, restored after block (effect in points)');
    expect(lines.slice(title + 1, title + 10)).toEqual([
      '              0      1',
      '[BOS]         0      0',
      'The           0      0',
      '·capital      0      0',
      '·of           0      0',
      '·Fr*        2.1    0.4',
      'ance*      14.2░   6.1',
      '·is         0.5   88.0█',
      '(subject)  31.3░   7.0',
    ]);
    expect(lines[0]).toMatch(/^Restoring the last piece of \*France\*/);
    expect(lines.join()).toContain('* subject');
  });

  it('stays aligned for every metric', () => {
    for (const metric of ['p', 'logprob', 'logit-diff', 'rank'] as const) {
      const lines = printDocument(sampleDocument({ metric, kinds: ['mlp'] })).split('\n');
      const title = lines.findIndex((line) => line.startsWith('MLP outputs'));
      const widths = lines.slice(title + 1, title + 14).map((line) => line.length);
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
