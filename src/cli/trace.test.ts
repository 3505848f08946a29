import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Engine } from '../engine/api';
import { printDocument } from '../results/print';
import { sampleDocument } from '../results/testing/sampleDocument';
import { textToDocument } from '../share/file';
import { fakeEngine, fakeInfo, loci } from './testing/fakes';

const trace = ['trace', '--model', 'atlas', '--prompt', 'The capital of France is'];
const named = [...trace, '--subject', 'France', '--answer', 'Paris'];
const document = sampleDocument();

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
      '--subject France#2 --answer Paris --distractor Lyon --metric logit-diff --bos off ' +
      '--group subject --group rest --kinds hidden,attn --window rome --noise s3 --samples 4 --seed 7 --kernels pinned --naive --out a.json'
    ).split(' ');
    const { code, out, err, requests, cwd } = await loci(
      [...trace, ...flags, '--corrupt-to', 'The capital of Spain is'],
      engine,
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(asked).toEqual([
      {
        kind: 'causal-trace',
        bos: false,
        cases: [
          {
            prompt: 'The capital of France is',
            subject: 'France#2',
            answer: 'Paris',
            distractor: 'Lyon',
            corrupted: 'The capital of Spain is',
          },
        ],
        metric: 'logit-diff',
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
    const cases = [{ prompt: 'The capital of France is' }];
    expect(resolve).toHaveBeenCalledWith({ kind: 'causal-trace', cases, window: 3 });
    expect(requests).toMatchObject([{ engine: 'reference', naive: false }]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('asks for positions and noise, and refuses a subject given twice', async () => {
    const resolve = vi.fn(async () => document.spec);
    const range = ['--subject-range', '4,5'];
    await loci([...trace, ...range, '--samples', '4', '--seed', '7'], fakeEngine({ resolve }));
    expect(resolve).toHaveBeenCalledWith({
      kind: 'causal-trace',
      cases: [{ prompt: 'The capital of France is', subject: { begin: 4, end: 5 } }],
      corruption: { type: 'noise', samples: 4, seed: 7 },
    });
    const { code, err } = await loci([...named, ...range], fakeEngine({ resolve }));
    expect({ code, err }).toEqual({
      code: 2,
      err: "subject: is given twice, got 'France' and a range, expected one of them. Leave one out.\n",
    });
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
      { kind: 'hub', id: 'someone/model', revision: 'abc', base: 'http://127.0.0.1:1' },
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

  it('sends HF_TOKEN to the Hugging Face hub, or to the one host that --token-for names', async () => {
    const open = vi.fn<Engine['open']>(async () => fakeInfo);
    const tokenOf = async (more: readonly string[], HF_TOKEN: string | undefined = 'hf_x\n') => {
      open.mockClear();
      const argv = ['trace', '--model', 'hub:someone/model', '--prompt', 'x', '--subject', 'x', ...more];
      const { err, code } = await loci(argv, fakeEngine({ open }), { env: { HF_TOKEN } });
      expect(err).not.toContain('hf_x');
      const source = open.mock.calls[0]?.[0];
      return { code, err, token: source?.kind === 'hub' ? source.token : 'nothing was opened' };
    };
    const mirror = ['--hub', 'https://Mirror.example/hf'];
    expect(await tokenOf([])).toMatchObject({ token: 'hf_x' });
    expect(await tokenOf(['--token-for', 'huggingface.co'])).toMatchObject({ token: 'hf_x' });
    expect(await tokenOf(['--hub', 'https://huggingface.co/'])).toMatchObject({ token: 'hf_x' });
    const kept = await tokenOf(mirror);
    expect(kept.token).toBeUndefined();
    expect(kept.err).toContain(
      'note: HF_TOKEN is not sent to mirror.example. --token-for mirror.example sends it there.\n',
    );
    expect(await tokenOf([...mirror, '--token-for', 'mirror.example'])).toMatchObject({ token: 'hf_x' });
    const plain = await tokenOf(['--hub', 'http://mirror.example']);
    expect(plain.token).toBeUndefined();
    expect(plain.err).toContain('note: HF_TOKEN is not sent to mirror.example.\n');
    expect((await tokenOf(mirror, '')).err).not.toContain('HF_TOKEN');

    const refused = async (more: readonly string[], HF_TOKEN?: string) => {
      const { code, err, token } = await tokenOf(more, HF_TOKEN);
      expect([code, token]).toEqual([2, 'nothing was opened']);
      return err;
    };
    expect(await refused([...mirror, '--token-for', 'huggingface.co'])).toBe(
      "--token-for: not the host of the hub, got 'huggingface.co', expected mirror.example.\n",
    );
    expect(await refused(['--token-for', 'mirror.example'])).toContain('expected huggingface.co');
    expect(await refused(['--token-for', 'huggingface.co'], '')).toContain('got no HF_TOKEN');
    const withPassword = await refused(['--hub', 'https://me:secret@mirror.example']);
    expect(withPassword).toMatch(
      /^hub: an address with a name or password in it, got one for mirror\.example/,
    );
    expect(withPassword).not.toContain('secret');
  });

  it('keeps the old file when the new one cannot be written, and leaves no part behind', async () => {
    const cwd = (await loci(['help'])).cwd;
    mkdirSync(join(cwd, 'folder'));
    const { code, err } = await loci([...named, '--out', 'folder'], fakeEngine(), { cwd });
    expect(err).toMatch(/^folder: cannot be written \(it is a folder\)\. Choose another --out\.\n$/);
    expect(code).toBe(2);
    expect((await loci([...named, '--out', 'no/where.json'], fakeEngine(), { cwd })).err).toMatch(
      /there is no such file or folder/,
    );
    expect(readdirSync(cwd)).toEqual(['folder']);
    const run = vi.fn(async () => document);
    await loci([...named, '--out', 'folder'], fakeEngine({ run }), { cwd });
    expect(run).not.toHaveBeenCalled();
    writeFileSync(join(cwd, 'a.json'), 'old');
    await loci([...named, '--out', 'a.json'], fakeEngine(), { cwd });
    expect(await textToDocument(readFileSync(join(cwd, 'a.json'), 'utf8'))).toEqual(document);
  });

  it('shows progress on a terminal only', async () => {
    const engine = fakeEngine({
      run: async (_, __, onEvent) => {
        onEvent?.({ type: 'progress', fraction: 0.5, secondsLeft: 2.2, doing: 'restoring mlp' });
        return document;
      },
    });
    expect((await loci(named, engine)).err).toBe('');
    const { err } = await loci(named, engine, {}, { isErrTerminal: true });
    expect(err).toMatch(/^\r50 % restoring mlp, 3 s left\r +\r$/);
  });
});
