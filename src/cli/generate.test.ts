import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Generation } from '../engine/api';
import { sampleDocument } from '../results/testing/sampleDocument';
import { fakeEngine, loci } from './testing/fakes';

const generate = ['generate', '--model', 'atlas', '--prompt', 'The capital'];
const { model, environment } = sampleDocument();

const generation: Generation = {
  request: { tokens: [10, 11, 12], maxNew: 20, sampling: 'greedy' },
  sequences: [
    { tokens: [], text: ' is Paris.', stopped: 'eos' },
    { tokens: [], text: ' of', stopped: 'length' },
  ],
  model,
  environment,
};

async function asked(argv: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'loci-generate-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  const spy = vi.fn(async () => generation);
  const outcome = await loci([...generate, ...argv], fakeEngine({ generate: spy }), { cwd });
  return { ...outcome, request: (spy.mock.calls as unknown[][])[0]?.[1] };
}

describe('loci generate', () => {
  it('is greedy by default, and prints prompt and text', async () => {
    const { code, out, request } = await asked([]);
    expect(code).toBe(0);
    expect(request).toEqual({
      tokens: [10, 11, 12],
      maxNew: 20,
      sampling: 'greedy',
      sequences: 1,
    });
    expect(out).toBe('The capital is Paris.\n\nThe capital of');
  });

  it('takes every flag, and samples if one of sampling is given', async () => {
    const flags =
      '--max 5 --temperature 0.7 --top-k 40 --top-p 0.9 --seed 3 --sequences 2 --bos off --edits e.json';
    const edits = [
      { site: 'blocks.0.hook_mlp_out', rows: 'generated', op: 'scale', alpha: 0 },
      { site: 'hook_embed', rows: [1, 30], op: 'add', source: { kind: 'vector', values: [0.5] } },
    ];
    const { request } = await asked(flags.split(' '), { 'e.json': JSON.stringify(edits) });
    expect(request).toEqual({
      tokens: [10, 11],
      maxNew: 5,
      sampling: { temperature: 0.7, topK: 40, topP: 0.9, seed: 3 },
      sequences: 2,
      edits,
      masks: [],
      rewrites: [],
    });
    const masks = [{ layer: 1, queries: 'generated', keys: [0, 1] }];
    const rewrites = [{ layer: 0, head: 2, queries: 'all', kind: 'uniform' }];
    const file = { 'e.json': JSON.stringify({ masks, rewrites }) };
    expect((await asked(['--edits', 'e.json'], file)).request).toMatchObject({ masks, rewrites });
    expect((await asked(['--top-k', '3'])).request).toMatchObject({ sampling: { topK: 3, seed: 1 } });
  });

  it('writes what was generated, and how', async () => {
    const { cwd } = await asked(['--out', 'a.json']);
    expect(JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'))).toEqual({
      prompt: 'The capital',
      ...generation,
    });
  });

  it.each([
    [['--max', '0'], /--max: wrong value, got '0', expected an integer of at least 1/],
    [['--temperature', 'warm'], /--temperature: wrong value, got 'warm', expected a number/],
    [['--edits', 'none.json'], /none.json: cannot be read/],
    [['--edits', 'text.json'], /text.json: is not valid JSON/],
    [['--edits', 'op.json'], /op.json: edits\[0\].op: wrong value, got "double", expected "set" or "add"/],
    [['--edits', 'field.json'], /field.json: edits\[0\]: unknown field, got "row"/],
    [['--edits', 'mask.json'], /mask.json: masks\[0\].keys: wrong value/],
    [['--edits', 'source.json'], /source.json: edits\[0\].source.kind: wrong value/],
  ])('refuses %j in one sentence, exit code 2', async (argv, message) => {
    const edit = { site: 'hook_embed', rows: 'all', op: 'scale' };
    const { code, out, err } = await asked(argv, {
      'text.json': 'silence head 3',
      'op.json': JSON.stringify([{ ...edit, op: 'double' }]),
      'field.json': JSON.stringify([{ ...edit, row: 1 }]),
      'mask.json': JSON.stringify({ masks: [{ layer: 0, queries: 'all', keys: 3 }] }),
      'source.json': JSON.stringify([{ ...edit, op: 'set', source: { kind: 'run', run: 'a' } }]),
    });
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  it('passes on what the engine refuses', async () => {
    const refuse = async () => {
      throw new Error('generate: too long, got a prompt of 60 tokens and 20 new ones, expected at most 64.');
    };
    const { code, err } = await loci(generate, fakeEngine({ generate: refuse }));
    expect([code, err]).toEqual([
      2,
      'generate: too long, got a prompt of 60 tokens and 20 new ones, expected at most 64.\n',
    ]);
  });
});
