import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Tensor } from '../forward/types';
import type { Engine } from '../engine/api';
import { gpt2Spec } from '../model/testing';
import { printDocument } from '../results/print';
import { sampleDocument } from '../results/testing/sampleDocument';
import { documentToText, textToDocument } from '../share/file';
import { readLink } from '../share/link';
import { readGoldens } from './goldens';
import { fakeEngine, fakeInfo, loci } from './testing/fakes';

const trace = ['trace', '--model', 'atlas', '--prompt', 'The capital of France is'];
const document = sampleDocument();

describe('loci', () => {
  it('helps on request, with every flag', async () => {
    for (const argv of [['help'], ['trace', '--help']]) {
      const { code, out, requests } = await loci(argv);
      expect(code).toBe(0);
      expect(requests).toEqual([]);
      for (const flag of ['subject-range', 'corrupt-to', 'group', 'kernels', 'naive', 'all'])
        expect(out).toContain(`--${flag}`);
    }
  });

  it.each([
    [[], /^loci: no command, got nothing, expected trace, run/],
    [['fly'], /^loci: unknown command, got 'fly', expected trace, run/],
    [['toString'], /unknown command/],
    [['trace', '--model', 'atlas'], /^loci trace: --prompt is missing/],
    [['trace', '--prompt', 'x'], /^loci trace: --model is missing/],
    [[...trace, '--promt', 'x'], /^loci trace: unknown flag, got '--promt', expected --model,/],
    [[...trace, '-x'], /unknown flag, got '-x'/],
    [[...trace, 'more'], /wrong arguments, got 'more', expected flags only/],
    [[...trace, '--subject'], /--subject needs a value, got none/],
    [[...trace, '--subject', '--naive'], /--subject needs a value, got the flag '--naive'/],
    [[...trace, '--naive=yes'], /--naive takes no value, got 'yes'/],
    [[...trace, '--seed', '1', '--seed', '2'], /--seed is given twice/],
    [
      [...trace, '--metric', 'loss'],
      /--metric: wrong value, got 'loss', expected p or logprob or logit-diff or rank/,
    ],
    [[...trace, '--bos', 'yes'], /--bos: wrong value, got 'yes', expected on or off/],
    [[...trace, '--samples', '0'], /--samples: wrong value, got '0', expected an integer of at least 1/],
    [[...trace, '--seed', '1.5'], /--seed: wrong value/],
    [[...trace, '--kinds', 'hidden,mpl'], /--kinds: wrong value, got 'mpl'/],
    [
      [...trace, '--window', '0'],
      /--window: wrong value, got '0', expected a number of layers, depth or rome/,
    ],
    [[...trace, '--subject-range', '3'], /--subject-range: wrong value, got '3'/],
    [[...trace, '--engine', 'cpu'], /--engine: wrong value, got 'cpu', expected gpu or reference/],
    [[...trace, '--kernels', 'tuned'], /--kernels: wrong value, got 'tuned', expected pinned/],
    [
      ['trace', '--model', './nowhere', '--prompt', 'x'],
      /--model: there is no such model, got '.\/nowhere', expected a built-in name/,
    ],
    [['run'], /^loci run: wrong arguments, got nothing, expected SPEC.json/],
    [['run', 'nowhere.json'], /^nowhere.json: cannot be read \(there is no such file or folder\)/],
    [['link', 'nowhere.json'], /cannot be read/],
    [['read', 'https://example.org/'], /^link: not a Loci link/],
    [['tokens', '--model', 'atlas'], /--prompt is missing/],
    [['verify'], /--model is missing/],
    [['verify', '--all', '--model', 'atlas'], /got both --all and --model/],
  ])('refuses %j in one sentence, exit code 2', async (argv, message) => {
    const { code, out, err } = await loci(argv);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
    expect(out).toBe('');
  });

  it('tells bad questions (2) from failures of its own (1), and closes the engine', async () => {
    const failing = (message: string) => async () => Promise.reject(new Error(message));
    const close = vi.fn(async () => {});
    expect(
      (await loci(trace, fakeEngine({ close, resolve: failing('subject: not in the prompt') }))).code,
    ).toBe(2);
    expect((await loci(trace, fakeEngine({ close, open: failing('config.json: is missing') }))).code).toBe(2);
    expect(
      (await loci(trace, fakeEngine({ close, open: failing('gpu: no WebGPU adapter found') }))).code,
    ).toBe(1);
    expect((await loci(trace, fakeEngine({ close, run: failing('gpu: the device was lost') }))).code).toBe(1);
    const internal = await loci(
      trace,
      fakeEngine({ close, resolve: async () => Promise.reject(new TypeError('x is undefined')) }),
    );
    expect(internal.code).toBe(1);
    expect(internal.err).toBe('x is undefined\n');
    expect(close).toHaveBeenCalledTimes(5);
  });
});

describe('loci trace', () => {
  it('passes every flag on and writes and prints the document', async () => {
    const asked: Parameters<Engine['resolve']>[0][] = [];
    const engine = fakeEngine({
      resolve: async (question) => {
        asked.push(question);
        return document.spec;
      },
    });
    const flags = (
      '--subject France#2 --subject-range 4,5 --answer Paris --distractor Lyon --metric logit-diff --bos off ' +
      '--group subject --group rest --kinds hidden,attn --window rome --noise s3 --samples 4 --seed 7 --kernels pinned --naive --out a.json'
    ).split(' ');
    const { code, out, err, requests, cwd } = await loci(
      [...trace, ...flags, '--corrupt-to', 'The capital of Spain is'],
      engine,
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(asked).toEqual([
      {
        prompt: 'The capital of France is',
        bos: false,
        subject: 'France#2',
        subjectRange: [4, 5],
        answer: 'Paris',
        distractor: 'Lyon',
        metric: 'logit-diff',
        corruptTo: 'The capital of Spain is',
        noise: 's3',
        samples: 4,
        seed: 7,
        kinds: ['hidden', 'attn'],
        window: 'rome',
        groups: ['subject', 'rest'],
      },
    ]);
    expect(requests).toMatchObject([{ engine: 'gpu', naive: true }]);
    expect(out).toBe(printDocument(document));
    expect(await textToDocument(readFileSync(join(cwd, 'a.json'), 'utf8'))).toEqual(document);
    expect(readdirSync(cwd)).toEqual(['a.json']);
  });

  it('leaves to the engine what is not asked', async () => {
    const resolve = vi.fn(async () => document.spec);
    const { requests, cwd } = await loci(
      [...trace, '--engine=reference', '--window', '3'],
      fakeEngine({ resolve }),
    );
    expect(resolve).toHaveBeenCalledWith({ prompt: 'The capital of France is', window: 3 });
    expect(requests).toMatchObject([{ engine: 'reference', naive: false }]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('reads built-in models from the project and others from their folder', async () => {
    const open = vi.fn(async () => fakeInfo);
    const { requests } = await loci(trace, fakeEngine({ open }));
    const folder = requests[0]!.folder({ kind: 'builtin', id: 'atlas' })!;
    expect(await (await folder.readFile('config.json'))?.text()).toContain('gpt2');
    expect(await folder.readFile('nothing')).toBeNull();
    const f32 = { weights: 'f32' };
    expect(open).toHaveBeenCalledWith({ kind: 'builtin', id: 'atlas' }, expect.any(Function), f32);

    const tiny = join(import.meta.dirname, '../../reference/goldens/tiny-a');
    await loci(['trace', '--model', tiny, '--prompt', 'x'], fakeEngine({ open }));
    expect(open).toHaveBeenLastCalledWith(
      expect.objectContaining({ kind: 'files', title: 'tiny-a' }),
      expect.any(Function),
      f32,
    );
  });

  it('takes GGUF files and models of the hub, with revision, file, mirror and token', async () => {
    const open = vi.fn(async () => fakeInfo);
    const run = async (model: string, ...more: string[]) => {
      const argv = ['trace', '--model', model, '--prompt', 'x', '--subject', 'x', ...more];
      return loci(argv, fakeEngine({ open }), { env: { HF_TOKEN: 'hf_x' } });
    };
    const gguf = join(import.meta.dirname, '../../reference/goldens/gguf/tiny-llama.gguf');
    const { requests } = await run(gguf, '--weights', 'f16');
    expect(requests[0]!.folder({ kind: 'builtin', id: 'x' })).toMatchObject({ gguf: 'tiny-llama.gguf' });
    expect(open).toHaveBeenLastCalledWith(
      expect.objectContaining({ kind: 'files', title: 'tiny-llama.gguf' }),
      expect.any(Function),
      { weights: 'f16' },
    );
    await run('hub:someone/model@abc', '--hub', 'http://127.0.0.1:1');
    expect(open).toHaveBeenLastCalledWith(
      { kind: 'hub', id: 'someone/model', revision: 'abc', base: 'http://127.0.0.1:1', token: 'hf_x' },
      expect.any(Function),
      { weights: 'f32' },
    );
    await run('hub:someone/model/q8_0.gguf');
    expect(open).toHaveBeenLastCalledWith(
      { kind: 'hub', id: 'someone/model', file: 'q8_0.gguf', token: 'hf_x' },
      expect.any(Function),
      { weights: 'f32' },
    );
    expect((await run('nothing.gguf')).err).toMatch(/--model: there is no such model, got 'nothing.gguf'/);
  });

  it('keeps the old file when the new one cannot be written, and leaves no part behind', async () => {
    const cwd = (await loci(['help'])).cwd;
    mkdirSync(join(cwd, 'folder'));
    const { code, err } = await loci([...trace, '--out', 'folder'], fakeEngine(), { cwd });
    expect(err).toMatch(/^folder: cannot be written \(it is a folder\)\. Choose another --out\.\n$/);
    expect(code).toBe(2);
    expect((await loci([...trace, '--out', 'no/where.json'], fakeEngine(), { cwd })).err).toMatch(
      /there is no such file or folder/,
    );
    expect(readdirSync(cwd)).toEqual(['folder']);
    const run = vi.fn(async () => document);
    await loci([...trace, '--out', 'folder'], fakeEngine({ run }), { cwd });
    expect(run).not.toHaveBeenCalled();
    writeFileSync(join(cwd, 'a.json'), 'old');
    await loci([...trace, '--out', 'a.json'], fakeEngine(), { cwd });
    expect(await textToDocument(readFileSync(join(cwd, 'a.json'), 'utf8'))).toEqual(document);
  });

  it('shows progress on a terminal only', async () => {
    const engine = fakeEngine({
      run: async (_, __, onEvent) => {
        onEvent?.({ type: 'progress', fraction: 0.5, secondsLeft: 2.2, doing: 'restoring mlp' });
        return document;
      },
    });
    expect((await loci(trace, engine)).err).toBe('');
    const { err } = await loci(trace, engine, { isTerminal: true });
    expect(err).toMatch(/^\r50 % restoring mlp, 3 s left\r +\r$/);
  });
});

describe('loci run', () => {
  const at = async (content: string) => {
    const cwd = (await loci(['help'])).cwd;
    writeFileSync(join(cwd, 'spec.json'), content);
    return { cwd };
  };

  it("runs a spec as it is, on the spec's model", async () => {
    const run = vi.fn(async () => document);
    const { code, out } = await loci(
      ['run', 'spec.json', '--out', 'a.json'],
      fakeEngine({ run }),
      await at(JSON.stringify(document.spec)),
    );
    expect(code).toBe(0);
    expect(run).toHaveBeenCalledWith('cli', document.spec, expect.any(Function));
    expect(out).toBe(printDocument(document));
  });

  it('keeps and takes up finished cases only if asked to', async () => {
    const { cwd } = await at(JSON.stringify(document.spec));
    for (const [flags, resume] of [
      [[], false],
      [['--resume'], true],
    ] as const) {
      const { requests } = await loci(['run', 'spec.json', ...flags], fakeEngine(), { cwd });
      expect(requests).toMatchObject([{ resume }]);
    }
  });

  it('asks about a set: a file, or a shipped one by its name', async () => {
    const resolve = vi.fn(async () => document.spec);
    const question = { kind: 'activation-patching', model: { id: 'atlas' }, set: { name: 'x', take: 2 } };
    const { cwd } = await at(JSON.stringify(question));
    writeFileSync(join(cwd, 'mine.csv'), 'prompt\nx');
    const run = (set: string) => loci(['run', 'spec.json', '--set', set], fakeEngine({ resolve }), { cwd });
    expect((await run('mine.csv')).code).toBe(0);
    expect(resolve).toHaveBeenLastCalledWith({
      ...question,
      set: { name: 'mine.csv', text: 'prompt\nx', take: 2 },
    });
    const { requests } = await run('ioi');
    expect(resolve).toHaveBeenLastCalledWith({ ...question, set: { name: 'ioi', take: 2 } });
    expect(await requests[0]!.readSet('ioi')).toContain('Indirect object');
    await expect(requests[0]!.readSet('../models/atlas/config')).rejects.toThrow(
      /^set: there is no such set/,
    );
    expect((await run('./nothing.csv')).err).toMatch(/nothing.csv: cannot be read/);
  });

  it("runs a document's question again and reports the deviation", async () => {
    const other = structuredClone(document);
    other.kinds.mlp!.effect[7]![3]! += 0.25;
    const { code, out } = await loci(
      ['run', 'spec.json'],
      fakeEngine({ run: async () => other }),
      await at(documentToText(document)),
    );
    expect(code).toBe(0);
    expect(out).toContain('mlp effect: at most 2.5e-1 off (tolerance 1.0e-4) !');
    expect(out).toContain('hidden effect: at most 0.0e0 off (tolerance 1.0e-4)\n');
    expect(out).toContain('The result is not confirmed.');
  });

  it.each([
    ['no JSON', '{', /spec.json: is not valid JSON/],
    ['no object', '3', /not a spec, got 3/],
    ['another experiment', '{"kind":"flight"}', /unknown experiment, got "flight"/],
    [
      'a wrong field',
      JSON.stringify({ ...document.spec, metric: 'loss' }),
      /trace: metric: wrong value, got "loss"/,
    ],
    [
      'another model',
      JSON.stringify({ ...document.spec, model: { id: 'atlas', revision: 'x' } }),
      /not the spec's model, got 'atlas' \(builtin\)/,
    ],
  ])('refuses %s', async (_, content, message) => {
    const { code, err } = await loci(['run', 'spec.json'], fakeEngine(), await at(content));
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('loci link and loci read', () => {
  it('are inverse, to the shown digits', async () => {
    const cwd = (await loci(['help'])).cwd;
    writeFileSync(join(cwd, 'a.json'), documentToText(document));
    const { out: link } = await loci(
      ['link', 'a.json', '--base', 'https://example.org/loci/'],
      fakeEngine(),
      { cwd },
    );
    expect(link).toMatch(/^https:\/\/example\.org\/loci\/#v=1&n=\d+&c=[\da-f]{8}&d=[\w-]+$/);
    const { out: text, requests } = await loci(['read', link]);
    expect(await textToDocument(text)).toEqual((await readLink(link)).document);
    expect(requests).toEqual([]);
    const { code, out } = await loci(
      ['read', link.slice(link.indexOf('#')), '--out', 'b.json'],
      fakeEngine(),
      { cwd },
    );
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(readFileSync(join(cwd, 'b.json'), 'utf8').trimEnd()).toBe(text);
    expect((await loci(['link', 'a.json'], fakeEngine(), { cwd })).out).toMatch(
      /^http:\/\/127\.0\.0\.1:4173\/#v=1/,
    );
  });

  it('refuse what is no document and no address', async () => {
    const cwd = (await loci(['help'])).cwd;
    writeFileSync(join(cwd, 'a.json'), '{"format":"loci","version":9}');
    expect((await loci(['link', 'a.json'], fakeEngine(), { cwd })).err).toMatch(
      /made by a newer Loci, got version 9/,
    );
    writeFileSync(join(cwd, 'a.json'), documentToText(document));
    expect((await loci(['link', 'a.json', '--base', 'x'], fakeEngine(), { cwd })).err).toMatch(
      /--base: wrong value/,
    );
  });
});

describe('loci tokens', () => {
  it('lists position, id and text, without an adapter', async () => {
    const { out, requests } = await loci(['tokens', '--model', 'atlas', '--prompt', 'The end']);
    expect(out).toBe('0\t10\t[BOS]\n1\t11\tThe\n2\t12\t·end');
    expect(requests).toMatchObject([{ engine: 'reference' }]);
    expect((await loci(['tokens', '--model', 'atlas', '--prompt', 'The end', '--bos', 'off'])).out).toBe(
      '0\t10\tThe\n1\t11\t·end',
    );
  });
});

describe('loci verify', () => {
  const tiny = join(import.meta.dirname, '../../reference/goldens/tiny-c');
  const info = {
    ...fakeInfo,
    title: 'tiny-c',
    spec: gpt2Spec({ nLayers: 1, nHeads: 1, dModel: 8, dMlp: 20, nCtx: 24, dVocab: 29 }),
  };

  /** An engine that answers with the golden activations themselves, `off` added to one number of a site. */
  async function golden(off: { site: string; by: number } | null, reference = 1e-7) {
    const cases = (await readGoldens([tiny]))!;
    return fakeEngine({
      open: async () => info,
      capture: async ({ tokens, sites }) => {
        const own = cases.find((entry) => entry.tokens.join() === tokens.join())!;
        const tensors: Record<string, Tensor> = {};
        for (const site of sites) {
          const { shape, data } = await own.read(site);
          tensors[site] = { shape, data: Float32Array.from(data) };
          if (off?.site === site) tensors[site].data[0]! += off.by;
        }
        return tensors;
      },
      verify: async () => ({
        against: 'float64 reference',
        bar: 2e-5,
        errors: [{ site: 'hook_embed', maxAbsError: reference, scale: 1, relative: reference }],
      }),
    });
  }

  it('prints one line per kind of site and passes', async () => {
    const { code, out, err } = await loci(['verify', '--model', tiny], await golden(null));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^tiny-c on a fake, 3 prompts\nhook site +golden: error/);
    expect(out.split('\n').filter((line) => /^(hook_|ln|attn|mlp|unembed)/.test(line))).toHaveLength(29);
    expect(out).toContain('largest relative error 1.0e-7, bar 2e-5: passed');
  });

  it('fails with exit code 1 when a site is off, and says where', async () => {
    const { code, out, err } = await loci(
      ['verify', '--model', tiny, '--full'],
      await golden({ site: 'blocks.0.attn.hook_z', by: 0.01 }),
    );
    expect(code).toBe(1);
    expect(out).toMatch(/blocks\.0\.attn\.hook_z +1\.0e-2/);
    expect(out).toContain('FAILED');
    expect(err).toMatch(/^verify: .*tiny-c: a site is further off than 2e-5/);
    expect(
      (await loci(['verify', '--model', tiny], await golden({ site: 'hook_embed', by: Number.NaN }))).code,
    ).toBe(1);
    expect((await loci(['verify', '--model', tiny], await golden(null, 3e-5))).code).toBe(1);
  });

  it('leaves masked scores out', async () => {
    // Query 0 sees key 0 alone; entry 1 of the scores is masked.
    const engine = await golden(null);
    const capture = engine.capture;
    const masked = fakeEngine({
      ...engine,
      capture: async (request) => {
        const tensors = await capture(request);
        const scores = tensors['blocks.0.attn.hook_attn_scores']!;
        if (scores.data.length > 1) scores.data[1] = 12345;
        return tensors;
      },
    });
    expect((await loci(['verify', '--model', tiny], masked)).code).toBe(0);
  });

  it('gives a checkpoint without a tokenizer an empty one', async () => {
    const { requests } = await loci(['verify', '--model', tiny], await golden(null));
    const folder = requests[0]!.folder({ kind: 'builtin', id: 'x' })!;
    expect(JSON.parse(await (await folder.readFile('tokenizer.json'))!.text())).toHaveProperty(
      'model.merges',
      [],
    );
    expect(await folder.readFile('loci.json')).toBeNull();
  });

  it('compares with the reference alone where there are no goldens', async () => {
    const cwd = (await loci(['help'])).cwd;
    mkdirSync(join(cwd, 'mine'));
    const errors = [{ site: 'hook_embed', maxAbsError: 0, scale: 1, relative: 0 }];
    const verify = vi.fn(async () => ({ against: 'float64 reference', bar: 2e-5, errors }));
    const bare = await loci(['verify', '--model', 'mine'], fakeEngine({ verify }), { cwd });
    expect(bare.err).toMatch(/--prompt is missing/);
    expect(bare.code).toBe(2);
    const { code, out } = await loci(
      ['verify', '--model', 'mine', '--prompt', 'a b'],
      fakeEngine({ verify }),
      { cwd },
    );
    expect(code).toBe(0);
    expect(verify).toHaveBeenCalledWith([10, 11, 12], 'reference');
    expect(out).toContain('there are no golden activations of this model');
  });

  it('--all takes Atlas and the tiny checkpoints', async () => {
    const open = vi.fn(async () => Promise.reject(new Error('config.json: stop')));
    const { requests } = await loci(['verify', '--all'], fakeEngine({ open }));
    expect(requests).toHaveLength(1);
    expect(open).toHaveBeenCalledWith({ kind: 'builtin', id: 'atlas' }, expect.any(Function), {
      weights: 'f32',
    });
  });
});
