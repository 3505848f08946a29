/** Output to a terminal, with hostile titles, tokens, labels, names and messages. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../results/testing/sampleDocument';
import { COMMANDS } from './cli';
import { terminalOf } from './terminal';
import { fakeEngine, fakeInfo, loci } from './testing/fakes';

/** Everything that a terminal acts on, except the line breaks and tabs of our own layout. */
const ACTS = /(?![\n\t])[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const EVIL = 'a\x1b[2J\x1b]0;owned\x07b\x9b31m\u202ec\rd\ne';

const isTerminal = { isOutTerminal: true, isErrTerminal: true };

function streams(isOut: boolean) {
  const out: unknown[] = [];
  const err: string[] = [];
  const ends = { out: (data: unknown) => out.push(data), err: (text: string) => err.push(text) };
  return {
    out,
    err,
    terminal: terminalOf({ ...ends, isOutTerminal: isOut, isErrTerminal: true, typed: null }),
  };
}

describe('the sink', () => {
  it('shows what would act, and breaks lines only between lines', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { out, err, terminal } = streams(true);
        terminal.print(text, text);
        terminal.note(text);
        terminal.overwrite(text);
        terminal.hand(text);
        const [printed, handed] = out as string[];
        expect(printed!.split('\n')).toHaveLength(3);
        expect(err[0]!.split('\n')).toHaveLength(2);
        expect(err[1]!.split('\n')).toHaveLength(1);
        for (const said of [printed, handed, err[0], err[1]!.slice(1)]) expect(said).not.toMatch(ACTS);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves a file as it is, for a pipe', () => {
    const { out, terminal } = streams(false);
    const bytes = new Uint8Array([27, 0, 255]);
    terminal.hand(EVIL);
    terminal.hand(bytes);
    expect(out).toEqual([EVIL, bytes]);
  });

  it('is the only file of the command line that writes', () => {
    const own = readdirSync(import.meta.dirname).filter((name) => /(?<!\.test)\.ts$/.test(name));
    const writes = own.filter((name) =>
      /process\.std(out|err)|stdout\.write|stderr\.write|console\./.test(
        readFileSync(join(import.meta.dirname, name), 'utf8'),
      ),
    );
    expect(writes).toEqual(['terminal.ts']);
  });
});

/** Every free text of a document, with the commands that print it. */
describe('commands', () => {
  const document = sampleDocument();
  const evil = {
    ...document,
    model: { ...document.model, title: EVIL, id: EVIL, revision: EVIL },
    predicted: { ...document.predicted!, token: EVIL },
    environment: { ...document.environment, adapter: EVIL },
    answer: { ...document.answer!, token: EVIL },
    finding: EVIL,
    notes: [EVIL],
  };
  const info = { ...fakeInfo, title: EVIL, notes: [EVIL] };

  it.each([false, true])(
    'that print a document print nothing that acts (terminal: %s)',
    async (isOutTerminal) => {
      const engine = fakeEngine({
        run: async () => evil,
        open: async () => info,
        predict: async () => [{ id: 2, text: EVIL, p: 0.6, logit: 1 }],
      });
      const flags = ['--model', 'atlas', '--prompt', 'The capital of France is', '--subject', 'France'];
      const { code, out, err } = await loci(
        ['trace', ...flags],
        engine,
        {},
        { isOutTerminal, isErrTerminal: true },
      );
      expect(code, err).toBe(0);
      expect(out).toContain('\\u001b[2J');
      expect(out).not.toMatch(ACTS);
      expect(err.replaceAll('\r', '')).not.toMatch(ACTS);
      expect(err).toContain('note: a\\u001b[2J');
    },
  );

  it('hand a document over as JSON that is equal', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'loci-sink-'));
    writeFileSync(join(cwd, 'd.json'), JSON.stringify(document));
    const { out: address } = await loci(['link', 'd.json'], undefined, { cwd });
    const piped = await loci(['read', address]);
    const shown = await loci(['read', address], undefined, {}, isTerminal);
    expect(JSON.parse(shown.out)).toEqual(JSON.parse(piped.out));
  });

  it.each([
    ...Object.keys(COMMANDS).map((command) => [command, `--${EVIL}`]),
    ...Object.keys(COMMANDS).map((command) => [command, EVIL]),
    [EVIL],
    ['trace', '--model', EVIL],
    ['tokens', '--model', `hub:${EVIL}`, '--prompt', 'x'],
    ['run', `${EVIL}.json`],
    ['read', EVIL],
    ['export', EVIL, '--as', EVIL],
    ['trace', '--model', 'atlas', '--window', EVIL],
    ['trace', '--model', 'atlas', '--prompt', 'x', '--subject', 'x', '--out', `${EVIL}/x`],
  ])('refuse %j in one short line', async (...argv) => {
    const long = argv.map((part) => part.replace(EVIL, EVIL.repeat(300)));
    for (const line of [argv, long]) {
      const { code, out, err } = await loci(line, fakeEngine({ open: async () => info }));
      expect(code).toBe(2);
      expect(out).toBe('');
      expect(err).toMatch(/^[^\n]+\n$/);
      expect(err).not.toMatch(ACTS);
      expect(err.length).toBeLessThan(1000);
    }
  });
});
