import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textToDocument } from '../share/file';
import { fakeEngine, loci } from './testing/fakes';

const SET = 'public/models/shapes/scenes.zip';
const root = new URL('../..', import.meta.url).pathname;
const run = (...argv: string[]) =>
  loci(['class-graph', '--images', SET, ...argv], fakeEngine(), { cwd: root });

describe('loci class-graph', () => {
  it('prints the graph, and writes its document', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'loci-class-')), 'graph.json');
    const flags = ['--class', 'green cross', '--max', '3', '--rule', 'ahmad', '--beta', '0.1', '--out', file];
    const { code, out, err } = await run('--model', 'shapes', ...flags);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/The logit of \W*green cross\W* changes most without channel \d+ of relu_hidden/);
    expect(out).toMatch(/logits keeps \d+\/24 \{/);
    const document = await textToDocument(readFileSync(file, 'utf8'));
    expect(document.spec).toMatchObject({
      kind: 'class-graph',
      class: 7,
      rule: { rule: 'ahmad' },
      u: { low: 0.1, seed: 1 },
      images: [{ name: 'green cross/00.png' }, {}, {}],
      preprocessing: { resample: 'nearest' },
    });
    expect(document.model.title).toBe('shapes');
  });

  it.each([
    [
      ['--model', 'shapes', '--class', 'dog'],
      /^--class: there is no such class, got 'dog', expected a name such as 'red circle', or 0 to 15/,
    ],
    [['--model', 'shapes', '--class', '3'], /^--images: holds no pictures of '3'/],
    [['--model', 'scenes', '--class', '3'], /^--model: does not name classes/],
    [
      ['--model', 'shapes', '--class', 'red circle', '--max', '1'],
      /^--max: wrong value|loci class-graph: --max: wrong value/,
    ],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await run(...argv);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });
});
