import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { FoundGradients, GradientsRequest, Seed } from '../engine/api';
import { openSafetensors } from '../load/safetensors';
import { fakeEngine, fakeInfo, loci } from './testing/fakes';

const gradients = ['gradients', '--model', 'atlas', '--prompt', 'a b'];

const SEED: Seed = {
  mean: [
    {
      row: 2,
      of: 'logits',
      weights: [
        [3, 1],
        [5, -1],
      ],
    },
  ],
};

/** Every site has this gradient, whose largest entry is negative. */
function found(sites: readonly string[], seed: Seed): FoundGradients {
  const shape = [3, 2];
  const data = Float32Array.of(0, 2, 0, 1, -2.5, 0);
  return {
    tokens: [10, 11, 12],
    seed,
    gradients: Object.fromEntries(sites.map((at) => [at, { shape, data }])),
  };
}

async function asked(
  argv: readonly string[],
  files: Readonly<Record<string, string>> = {},
  { seed = SEED, classes = false } = {},
) {
  const cwd = mkdtempSync(join(tmpdir(), 'loci-gradients-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  const spy = vi.fn(async ({ sites }: GradientsRequest) => found(sites, seed));
  const spec = classes
    ? ({
        ...fakeInfo.spec,
        head: 'classes',
        classes: ['no', 'so-so', 'fine', 'good', 'great', 'bad'],
      } as const)
    : fakeInfo.spec;
  const engine = fakeEngine({
    gradients: spy,
    open: async () => ({ ...fakeInfo, spec }),
    decode: async ([id]) => ` word ${id}`,
  });
  const outcome = await loci([...gradients, ...argv], engine, { cwd });
  return { ...outcome, request: spy.mock.calls[0]?.[0] };
}

describe('loci gradients', () => {
  it('asks for the stream before every block, and shows how large its gradient is', async () => {
    const { code, out, request } = await asked([]);
    const sites = Array.from({ length: 6 }, (_, l) => `blocks.${l}.hook_resid_pre`);
    expect(code).toBe(0);
    expect(request).toEqual({ prompt: 'a b', bos: true, sites, frozen: [] });
    expect(out.split('\n').slice(0, 3)).toEqual([
      "gradient of the logit difference ' word 3' - ' word 5' at position 2, 3 tokens",
      'hook site                shape  norm  largest  at',
      'blocks.0.hook_resid_pre  3x2    3.35    -2.50  position 2, column 0',
    ]);
  });

  it('takes every flag', async () => {
    const tables = {
      edits: [{ site: 'hook_embed', rows: 'all', op: 'scale', alpha: 0.5 }],
      masks: [{ layer: 1, queries: [2], keys: 'all' }],
      rewrites: [{ layer: 1, queries: 'all', kind: 'uniform' }],
    };
    const { code, request, cwd, out } = await asked(
      '--metric logit-diff --answer b --distractor c --freeze pattern,norm --bos off --edits e.json --sites mlp_post2,attn.hook_pattern --out g.safetensors'.split(
        ' ',
      ),
      { 'e.json': JSON.stringify(tables) },
    );
    expect(code).toBe(0);
    const sites = [
      'blocks.2.mlp.hook_post',
      ...Array.from({ length: 6 }, (_, l) => `blocks.${l}.attn.hook_pattern`),
    ];
    expect(request).toEqual({
      prompt: 'a b',
      bos: false,
      metric: 'logit-diff',
      answer: 'b',
      distractor: 'c',
      sites,
      frozen: ['norm', 'pattern'],
      edits: [{ ...tables.edits[0], rows: [0, 1] }],
      masks: [{ ...tables.masks[0], keys: [0, 1] }],
      rewrites: [{ ...tables.rewrites[0], queries: [0, 1] }],
    });
    expect(out).toContain(' 3 tokens, constant: norm, pattern\n');
    const file = await openSafetensors(
      new Uint8Array(readFileSync(join(cwd, 'g.safetensors'))).buffer,
      'test',
    );
    expect([...file.tensors.keys()]).toEqual(sites);
    expect((await file.tensor(sites[0]!)).data).toEqual(Float32Array.of(0, 2, 0, 1, -2.5, 0));
    expect(file.metadata).toMatchObject({
      format: 'loci-gradients',
      prompt: 'a b',
      tokens: '[10,11,12]',
      frozen: 'norm,pattern',
      seed: JSON.stringify(SEED),
    });
  });

  it.each<[Seed, string]>([
    [{ mean: [{ row: 1, of: 'logits', weights: [[3, 1]] }] }, "the logit of ' word 3' at position 1"],
    [{ mean: [{ row: 1, of: 'logProb', token: 3 }] }, "log p(' word 3') at position 1"],
    [{ mean: [{ row: 1, of: 'prob', token: 3 }] }, "p(' word 3') at position 1"],
  ])('names %j', async (seed, name) => {
    expect((await asked([], {}, { seed })).out).toMatch(`gradient of ${name}, 3 tokens`);
  });

  it('names the classes of a classifier', async () => {
    const { out } = await asked([], {}, { classes: true });
    expect(out).toMatch(/^gradient of the logit difference 'good' - 'bad' at position 2/);
  });

  it("means the sites of continuous values by 'all'", async () => {
    const { request } = await asked(['--sites', 'all']);
    expect(request!.sites).toContain('unembed.hook_out');
    expect(request!.sites).not.toContain('hook_tokens');
  });

  it.each<[string[], RegExp, Record<string, string>?]>([
    [
      ['--metric', 'rank'],
      /^loci gradients: --metric: wrong value, got 'rank', expected logit or logit-diff or/,
    ],
    [
      ['--freeze', 'values'],
      /^loci gradients: --freeze: wrong value, got 'values', expected norm, pattern or both/,
    ],
    [['--freeze', ''], /--freeze: wrong value, got ''/],
    [['--sites', 'hook_nothing'], /^hook site: unknown name, got 'hook_nothing'/],
    [['--bos', 'perhaps'], /--bos: wrong value/],
    [['--edits', 'none.json'], /^none.json: cannot be read/],
    [
      ['--edits', 'e.json'],
      /^--edits: nothing is generated here, got 'generated', expected positions or 'all'/,
      { 'e.json': '[{"site": "hook_embed", "rows": "generated", "op": "scale", "alpha": 0}]' },
    ],
    [['--edits', 'e.json'], /^e.json: /, { 'e.json': '{"cuts": []}' }],
    [['--out', 'no/g.safetensors'], /^no\/g.safetensors: cannot be written/],
    [['--seed', '1'], /unknown flag, got '--seed'/],
  ])('refuses %j in one sentence, exit code 2', async (argv, message, files = {}) => {
    const { code, out, err } = await asked(argv, files);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('needs a prompt and a model', async () => {
    expect((await loci(['gradients', '--model', 'atlas'])).err).toMatch(
      /^loci gradients: --prompt is missing/,
    );
    expect((await loci(['gradients', '--prompt', 'a'])).err).toMatch(/^loci gradients: --model is missing/);
  });
});
