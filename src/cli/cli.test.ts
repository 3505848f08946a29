import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { NotFiniteError } from '../engine/finite';
import { COMMANDS } from './cli';
import { fakeEngine, loci } from './testing/fakes';

const trace = ['trace', '--model', 'atlas', '--prompt', 'The capital of France is'];

describe('loci', () => {
  it('helps on request, with every flag', async () => {
    const { code, out, requests } = await loci(['help']);
    expect({ code, requests }).toEqual({ code: 0, requests: [] });
    for (const flag of ['subject-range', 'corrupt-to', 'group', 'kernels', 'naive', 'all'])
      expect(out).toContain(`--${flag}`);
    for (const command of Object.keys(COMMANDS)) expect(out).toContain(`  loci ${command} `);
  });

  it.each(Object.keys(COMMANDS))('%s --help is about that command, with an example', async (command) => {
    const { code, out, requests } = await loci([command, '--help']);
    expect({ code, requests }).toEqual({ code: 0, requests: [] });
    expect(out).toMatch(new RegExp(`^  loci ${command} `));
    expect(out).toMatch(
      new RegExp(`\nExample:\n(  npm run -s loci -- .+\n)*  npm run -s loci -- ${command} `),
    );
    // Commands with a choice of engines need an adapter, which must be found before they start.
    const launcher = readFileSync(new URL('../../scripts/loci.mjs', import.meta.url), 'utf8');
    const [onEngine] = /(?<=const onEngine = )\[.*\]/.exec(launcher)!;
    expect(onEngine.includes(`'${command}'`)).toBe(out.includes('--engine'));
  });

  it.each([
    [[], /^loci: no command, got nothing, expected trace, run/],
    [['fly'], /^loci: unknown command, got 'fly', expected trace, run/],
    [['toString'], /unknown command/],
    [['tokens', '--model', 'atlas'], /^loci tokens: --prompt is missing/],
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

  it('numbers that are not finite are a failure, not bad input, whatever was asked', async () => {
    const sentence = 'logits are not finite, first at blocks.3.ln1: weight has 1 NaN.';
    const fail = async (): Promise<never> => {
      throw new NotFiniteError(sentence);
    };
    const engine = fakeEngine({
      resolve: fail,
      generate: fail,
      capture: fail,
      gradients: fail,
      verify: fail,
    });
    const rest = ['--model', 'atlas', '--prompt', 'a b'];
    for (const argv of [
      ['trace', ...rest],
      ['generate', ...rest],
      ['verify', ...rest],
      ['gradients', ...rest],
      ['activations', ...rest, '--sites', 'all', '--out', 'a.safetensors'],
    ]) {
      const { code, err, out } = await loci(argv, engine);
      expect({ argv, code, err, out }).toEqual({ argv, code: 1, err: `${sentence}\n`, out: '' });
    }
  });
});
