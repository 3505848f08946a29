import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textToDocument } from '../share/file';
import { fakeEngine, loci } from './testing/fakes';

const SET = 'public/models/shapes/scenes.zip';
const root = new URL('../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'loci-nets-'));
const run = (...argv: string[]) => loci(['run', ...argv], fakeEngine(), { cwd: root });

function question(own: object): string {
  const path = join(folder, 'question.json');
  writeFileSync(path, JSON.stringify({ kind: 'class-graph', ...own }));
  return path;
}

describe('loci run of a question about a net', () => {
  it('prints the graph, writes its document, and runs that again', async () => {
    const file = join(folder, 'graph.json');
    const asked = question({ class: 'green cross', rule: 'ahmad', beta: 0.1 });
    const { code, out, err } = await run(
      asked,
      '--model',
      'shapes',
      '--images',
      SET,
      '--max',
      '3',
      '--out',
      file,
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/The logit of \W*green cross\W* changes most without channel \d+ of relu_hidden/);
    expect(out).toMatch(/logits keeps \d+\/24 \{/);
    const document = await textToDocument(readFileSync(file, 'utf8'));
    expect(document.spec).toMatchObject({
      kind: 'class-graph',
      class: 7,
      rule: 'ahmad',
      beta: 0.1,
      seed: 1,
      images: [{ name: 'green cross/00.png' }, {}, {}],
      preprocessing: { resample: 'nearest' },
    });
    expect(document.model.title).toBe('shapes');
    const again = await run(file, '--images', SET);
    expect(again.out).toContain('The result is confirmed.');
    expect(again.code).toBe(0);
  });

  it.each([
    [{ class: 'dog' }, ['--model', 'shapes', '--images', SET], /^--images: holds no pictures of 'dog'/],
    [{ class: 99 }, ['--model', 'shapes', '--images', SET], /^--images: holds no pictures of '99'/],
    [
      { class: 3 },
      ['--model', 'scenes', '--images', SET],
      /^class-graph: does not fit the net, got an input of \[\d+\], expected/,
    ],
    [{ class: 3 }, ['--model', 'shapes'], /^--images: is missing, got a question about pictures/],
    [{ class: 3 }, ['--images', SET], /--model is missing/],
    [{ class: 'red circle', rule: 'best' }, ['--model', 'shapes', '--images', SET], /^class-graph: rule: /],
    [{ class: 'red circle', more: 1 }, ['--model', 'shapes', '--images', SET], /^class-graph: .*more/],
    [
      { class: 'red circle' },
      ['--model', 'shapes', '--images', SET, '--max', '1'],
      /too few images that the net gets right, got 1 of 1/,
    ],
  ])('refuses %j with %j', async (own, argv, message) => {
    const { code, err } = await run(question(own), ...argv);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });
});
