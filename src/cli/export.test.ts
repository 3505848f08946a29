import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSafetensors } from '../load/safetensors';
import { sampleDocument } from '../results/testing/sampleDocument';
import { documentToText } from '../share/file';
import { fakeEngine, loci } from './testing/fakes';

async function folderWithDocument(): Promise<string> {
  const { cwd } = await loci(['help']);
  const document = sampleDocument();
  const model = { ...document.model, family: 'gpt2' };
  writeFileSync(join(cwd, 'a.json'), documentToText({ ...document, model }));
  return cwd;
}

describe('loci export', () => {
  it('writes a script to a file or to stdout', async () => {
    const cwd = await folderWithDocument();
    const shown = await loci(['export', 'a.json', '--as', 'transformer-lens'], undefined, { cwd });
    expect(shown).toMatchObject({ code: 0, err: '', requests: [] });
    expect(shown.out).toContain('TransformerBridge.boot_transformers(MODEL');
    const { code, out } = await loci(['export', 'a.json', '--as', 'nnsight', '--out', 'a.py'], undefined, {
      cwd,
    });
    expect([code, out]).toEqual([0, '']);
    expect(readFileSync(join(cwd, 'a.py'), 'utf8')).toContain('REMOTE = False');
  });

  it('writes the picture', async () => {
    const cwd = await folderWithDocument();
    const { code, out } = await loci(['export', 'a.json', '--as', 'svg'], undefined, { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(out).toContain('>hidden state</text>');
  });

  it('writes bytes', async () => {
    const cwd = await folderWithDocument();
    expect(
      (await loci(['export', 'a.json', '--as', 'npz-mlp', '--out', 'a.npz'], undefined, { cwd })).code,
    ).toBe(0);
    expect(readFileSync(join(cwd, 'a.npz')).subarray(0, 2).toString()).toBe('PK');
  });

  it.each([
    [['export', 'a.json'], /^loci export: --as is missing/],
    [['export', 'nowhere.json', '--as', 'csv'], /^nowhere.json: cannot be read/],
    [
      ['export', 'a.json', '--as', 'word'],
      /^--as: there is no such format of a causal-trace result, got 'word', expected transformer-lens, nnsight, npz, npz-hidden/,
    ],
    [
      ['export', 'a.json', '--as', 'npz-mlp'],
      /^--out: is missing, got nothing, expected a file: npz-mlp is not text/,
    ],
  ])('refuses %j in one sentence, exit code 2', async (argv, message) => {
    const { code, err } = await loci(argv, undefined, { cwd: await folderWithDocument() });
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });
});

describe('loci activations', () => {
  const engine = fakeEngine({
    capture: async ({ sites }) =>
      Object.fromEntries(sites.map((site) => [site, { shape: [2], data: Float32Array.of(1, -1e30) }])),
  });
  const asked = ['activations', '--model', 'atlas', '--prompt', 'a b', '--out', 'a.safetensors', '--sites'];

  it('writes the sites by name, by alias, and of every block, with the tokens', async () => {
    const { code, cwd, out } = await loci([...asked, 'hook_embed,resid_post3,attn.hook_attn_scores'], engine);
    expect([code, out]).toEqual([0, '8 activations of 3 tokens: a.safetensors']);
    const bytes = readFileSync(join(cwd, 'a.safetensors'));
    const file = await openSafetensors(new Uint8Array(bytes).buffer, 'test');
    const scores = Array.from({ length: 6 }, (_, l) => `blocks.${l}.attn.hook_attn_scores`);
    expect([...file.tensors.keys()]).toEqual(['hook_embed', 'blocks.3.hook_resid_post', ...scores]);
    expect(file.metadata).toMatchObject({ prompt: 'a b', tokens: '[10,11,12]', model: 'atlas' });
    // Masked scores become -infinity; any other number is unchanged.
    expect((await file.tensor(scores[0]!)).data).toEqual(Float32Array.of(1, Number.NEGATIVE_INFINITY));
    expect((await file.tensor('hook_embed')).data).toEqual(Float32Array.of(1, -1e30));
  });

  it('refuses a site that is not there, and writes nothing', async () => {
    const { code, err, cwd } = await loci([...asked, 'hook_nothing'], engine);
    expect(code).toBe(2);
    expect(err).toContain('hook_nothing');
    expect(existsSync(join(cwd, 'a.safetensors'))).toBe(false);
  });

  it('looks where it shall write before it works', async () => {
    const { code, err, requests } = await loci(
      [...asked.map((arg) => arg.replace('a.safe', 'no/a.safe')), 'all'],
      engine,
    );
    expect({ code, requests }).toEqual({ code: 2, requests: [] });
    expect(err).toMatch(/^no\/a\.safetensors: cannot be written/);
  });
});
