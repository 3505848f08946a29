/**
 * End to end: `scripts/loci.mjs` builds the command line and passes on its exit code and output.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import golden from '../../reference/tokenizer/golden.json';
import { catastrophic, LONG_PROMPT, tokenizerFiles } from '../load/testing/hostile';
import { connectTokenizer, type Tokenizer } from '../load/tokenizer/connection';
import { COMMANDS } from './cli';
import { exampleOf, helpOf } from './help';
import { threadOf } from './tokenizerThread';

const root = join(import.meta.dirname, '../..');

function launch(...args: string[]) {
  return spawnSync(process.execPath, [join(root, 'scripts/loci.mjs'), ...args], {
    cwd: tmpdir(),
    encoding: 'utf8',
  });
}

describe('scripts/loci.mjs', () => {
  it('builds, runs, and keeps stdout for the command', () => {
    const { status, stdout } = launch('help');
    expect(stdout).toMatch(/^loci: where, inside a network, does an answer come from\?/);
    expect(status).toBe(0);
  });

  it('passes bad input on, with relative paths from where the user is', () => {
    const { status, stderr, stdout } = launch('link', 'no-such-document.json');
    expect(stderr).toBe(
      'no-such-document.json: cannot be read (there is no such file or folder), expected a file.\n',
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('ends with 2 for what it does not know', () => {
    for (const args of [
      [],
      ['no-such-command'],
      ['trace', '--no-such-flag'],
      ['export', 'a.json', 'b.json'],
    ]) {
      const { status, stderr, stdout } = launch(...args);
      expect({ args, status, stdout }).toEqual({ args, status: 2, stdout: '' });
      expect(stderr).toMatch(/^loci[^\n]*\n$/);
    }
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends on %s as other programs do', async (signal, code) => {
    const argv = [join(root, 'scripts/loci.mjs'), 'verify', '--all', '--engine', 'reference'];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill(signal);
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(code);
  });

  it('ends quietly when nobody reads what it prints', async () => {
    const child = spawn(process.execPath, [join(root, 'scripts/loci.mjs'), 'help']);
    child.stdout.destroy();
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(141);
    expect(said).toBe('');
  });

  it('runs a whole trace on the float64 reference, with no adapter', () => {
    const flags = '--engine reference --kinds hidden --samples 2'.split(' ');
    const { status, stdout, stderr } = launch(
      'trace',
      '--model',
      'atlas',
      '--prompt',
      'The capital of France is',
      '--subject',
      'France',
      ...flags,
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: "answer ' Paris' (p 97.9 %), distractor ' Sucre'; chosen by Loci\n",
    });
    expect(stdout).toContain('none (float64 reference) (reference, naive)');
    expect(stdout).toMatch(/·France\*? +/);
  });

  it.each(Object.keys(COMMANDS))("runs the example of 'loci %s --help'", (command) => {
    // The project's folder, except for what the example writes.
    const cwd = mkdtempSync(join(tmpdir(), 'loci-example-'));
    const folders = ['src', 'specs', 'public', 'reference'];
    for (const name of folders) symlinkSync(join(root, name), join(cwd, name));
    // Short, since there is no adapter. A lens is shown without a model.
    const less = command === 'trace' ? ' --kinds hidden --samples 1' : '';
    const needsEngine = helpOf(command).includes('--engine') && command !== 'lens';
    const flags = needsEngine ? ` --engine reference${less}` : '';
    for (const line of exampleOf(command)) {
      const shell = line.replace('npm run -s loci --', `node '${join(root, 'scripts/loci.mjs')}'`) + flags;
      const { status, stdout, stderr } = spawnSync('sh', ['-c', shell], { cwd, encoding: 'utf8' });
      // Choices and accepted deviations are reported on stderr.
      expect({ line, status }, stderr).toEqual({ line, status: 0 });
      if (!line.includes('--out')) expect(stdout.length).toBeGreaterThan(10);
    }
  });
});

/** Long enough for calls to start on a busy machine. */
const deadlines = { loading: 30_000, call: 1000 };

const open = async (tokenizer: unknown, template?: string): Promise<Tokenizer> => {
  const options = {
    startThread: threadOf(pathToFileURL(join(root, '.cache/cli/main.js'))),
    hints: {},
    deadlines,
  };
  return (await connectTokenizer(tokenizerFiles(tokenizer, template), options)).tokenizer;
};

describe('a tokenizer in a thread of the built command line', () => {
  it('gives the ids of tokenizers', async () => {
    const tokenizer = await open(golden.tokenizer);
    const ids = await Promise.all(
      golden.cases.map(async ({ text }) => (await tokenizer.encode(text)).map(({ id }) => id)),
    );
    expect(ids).toEqual(golden.cases.map((one) => one.ids));
    tokenizer.close();
  });

  it('is ended where a pattern does not come to an end, and reads the next text', async () => {
    const tokenizer = await open(catastrophic);
    await expect(tokenizer.encode(LONG_PROMPT)).rejects.toThrow(
      `tokenizer: "${LONG_PROMPT}" took more than 1 s. This model's tokenizer cannot be used: open another model.`,
    );
    expect((await tokenizer.encode('of!')).map(({ text }) => text).join('')).toBe('of!');
    tokenizer.close();
  });

  it.each([
    ['a text of a billion blanks', "{{ 'a\\nb' | indent(1000000000) }}"],
    ['a billion numbers', '{{ range(1000000000) | length }}'],
  ])('ends a chat template that asks for %s', async (_, template) => {
    const tokenizer = await open(golden.tokenizer, template);
    const chat = tokenizer.chat('hi', { bosToken: null, eosToken: null });
    await expect(chat).rejects.toThrow(/^chat template: /);
    tokenizer.close();
  });

  it('takes nothing along that has too little memory', async () => {
    const greedy = new URL('data:text/javascript,const all=[];for(;;)all.push(Array(1e5).fill(0.5))');
    const startThread = threadOf(greedy, { maxOldGenerationSizeMb: 32 });
    const opening = connectTokenizer(tokenizerFiles(golden.tokenizer), { startThread, hints: {}, deadlines });
    await expect(opening).rejects.toThrow(/^tokenizer: its thread ended \(.*memory.*\)\. This model's/);
  });
});
