import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Engine } from '../engine/api';
import type { FitRequest, LensFile, LensInfo } from '../engine/lensApi';
import { fakeEngine, loci } from './testing/fakes';

const INFO: LensInfo = {
  sha256: 'a'.repeat(64),
  title: 'texts.txt',
  dModel: 128,
  layers: [0, 2],
  prompts: 2,
  skipFirst: 16,
};
const GOLDEN = 'reference/goldens/jacobian_lens/atlas.pt';

const FIT = ['lens', 'fit', '--model', 'atlas'];

async function fitted(argv: readonly string[], files: Record<string, string>, more: Partial<Engine> = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'loci-lens-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  const fitLens = vi.fn(async (_: string, __: FitRequest) => ({ lens: INFO, skipped: 1, takenUp: 1 }));
  const exportLens = vi.fn(async () => ({ name: 'x', bytes: Uint8Array.of(1, 2) }));
  const outcome = await loci([...FIT, ...argv], fakeEngine({ fitLens, exportLens, ...more }), { cwd });
  return { ...outcome, request: fitLens.mock.calls[0]?.[1], exported: exportLens.mock.calls[0] };
}

describe('loci lens fit', () => {
  it('fits on the lines of a file and writes the lens', async () => {
    const files = { 'texts.txt': 'One text.\n\nAnother one.\r\n' };
    const { code, out, request, exported, cwd } = await fitted(
      ['--texts', 'texts.txt', '--out', 'x.pt'],
      files,
    );
    expect(code).toBe(0);
    expect(request).toEqual({ title: 'texts.txt', texts: ['One text.', 'Another one.'] });
    expect(exported).toEqual(['pt', undefined]);
    expect([...readFileSync(join(cwd, 'x.pt'))]).toEqual([1, 2]);
    expect(out).toMatch(
      /^2 matrices of 128 x 128 from 2 texts, 1 of them measured earlier, 1 left out as too short, in \d+ s: x\.pt$/,
    );
  });

  it('takes every flag, and a JSON list', async () => {
    const argv =
      '--texts t.json --max-tokens 64 --skip-first 4 --layers 0,2 --bos off --dtype f32 --out x.safetensors';
    const { code, request, exported } = await fitted(argv.split(' '), { 't.json': '["a\\nb", [1, 2]]' });
    expect(code).toBe(0);
    expect(request).toEqual({
      title: 't.json',
      texts: ['a\nb', [1, 2]],
      maxTokens: 64,
      skipFirst: 4,
      layers: [0, 2],
      bos: false,
    });
    expect(exported).toEqual(['safetensors', 'f32']);
  });

  it.each([
    ['no texts', ['--out', 'x.pt'], /--texts is missing/],
    ['no file to write', ['--texts', 't.txt'], /--out is missing/],
    ['a missing file', ['--texts', 'u.txt', '--out', 'x.pt'], /u\.txt: cannot be read/],
    ['no list', ['--texts', 'no.json', '--out', 'x.pt'], /no\.json: not a list of texts, got 5/],
    [
      'layers by name',
      ['--texts', 't.txt', '--layers', 'all', '--out', 'x.pt'],
      /--layers: wrong value, got 'all'/,
    ],
    [
      'another type',
      ['--texts', 't.txt', '--dtype', 'f8', '--out', 'x.pt'],
      /--dtype: wrong value, got 'f8'/,
    ],
  ])('refuses %s', async (_, argv, sentence) => {
    const { code, err } = await fitted(argv, { 't.txt': 'a', 'no.json': '5' });
    expect(code).toBe(2);
    expect(err).toMatch(sentence);
  });

  it('passes on what the fit refuses', async () => {
    const fitLens = async () => Promise.reject(new Error('fit: every text is too short. Join texts.'));
    const { code, err } = await fitted(['--texts', 't.txt', '--out', 'x.pt'], { 't.txt': 'a' }, { fitLens });
    expect(code).toBe(2);
    expect(err).toContain('fit: every text is too short. Join texts.');
  });
});

describe('loci lens show', () => {
  it("prints a lens's file as a table", async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'loci-lens-'));
    copyFileSync(GOLDEN, join(cwd, 'atlas.pt'));
    const { code, out, requests } = await loci(['lens', 'show', 'atlas.pt'], fakeEngine(), { cwd });
    expect(code).toBe(0);
    expect(requests).toEqual([]);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^atlas\.pt: a Jacobian lens, 5 matrices of 128 x 128 \(F16\), [0-9a-f]{8}$/);
    expect(lines[1]).toBe('fitted on 4 texts (facts joined to passages); first positions left out: 16');
    expect(lines[2]).toBe('layer  norm  mean diagonal  |J - I| / |I|');
    expect(lines).toHaveLength(8);
    // The later the layer, the nearer to the logit lens.
    const off = lines.slice(3).map((line) => Number(line.trim().split(/\s+/).at(-1)));
    expect([...off].sort((a, b) => b - a)).toEqual(off);
  });

  it('compares it with another one', async () => {
    const cwd = process.cwd();
    const { out } = await loci(['lens', 'show', GOLDEN, '--against', GOLDEN], fakeEngine(), { cwd });
    expect(out.split('\n')[2]).toMatch(/ {2}cosine {2}\|J - K\| \/ \|J\|$/);
    expect(out.split('\n')[3]).toMatch(/ 1\.00 +0\.00$/);
    const tiny = 'reference/goldens/jacobian_lens/tiny-a.pt';
    const { out: other } = await loci(['lens', 'show', GOLDEN, '--against', tiny], fakeEngine(), { cwd });
    expect(other.split('\n')[3]).toMatch(/ - +-$/);
  });

  it('refuses what is no lens', async () => {
    const { code, err } = await loci(['lens', 'show', '/no/such.pt']);
    expect(code).toBe(2);
    expect(err).toContain("'/no/such.pt': cannot be read, expected a file with a lens.");
  });

  it.each([
    [['lens'], /got nothing, expected fit or show/],
    [['lens', 'make'], /got 'make', expected fit or show/],
    [['lens', 'show'], /expected FILE/],
  ])('%j', async (argv, sentence) => {
    const { code, err } = await loci(argv);
    expect(code).toBe(2);
    expect(err).toMatch(sentence);
  });
});

describe('loci run --lens', () => {
  it('opens the lens before the question is resolved', async () => {
    const calls: string[] = [];
    const resolve = fakeEngine().resolve;
    const engine = fakeEngine({
      openLens: async ({ name, file }: LensFile) => {
        calls.push(`${name} ${file.size > 1000}`);
        return INFO;
      },
      resolve: async (question) => {
        calls.push('resolve');
        return resolve(question);
      },
    });
    const { err, code } = await loci(['run', 'specs/logit-lens.json', '--lens', GOLDEN], engine, {
      cwd: process.cwd(),
    });
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(calls).toEqual(['atlas.pt true', 'resolve']);
  });
});
