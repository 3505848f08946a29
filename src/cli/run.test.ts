import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { printDocument } from '../results/print';
import { sampleDocument } from '../results/testing/sampleDocument';
import { documentToText } from '../share/file';
import { fakeEngine, loci } from './testing/fakes';

const document = sampleDocument();

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

  it.each([
    'hub:evil/model',
    'evil/model',
    '../atlas',
    '/etc',
    'Atlas',
    'atlas/../atlas',
    '__proto__',
    '\x1b[2J'.repeat(5000),
  ])('opens nothing because a spec names %j', async (id) => {
    const spec = JSON.stringify({ ...document.spec, model: { id, revision: 'builtin' } });
    const { code, err, requests } = await loci(['run', 'spec.json'], fakeEngine(), await at(spec));
    expect(code).toBe(2);
    expect(err).toMatch(/^--model: is missing, got a spec about '.*', expected the name, folder or hub:ID/);
    expect(err.length).toBeLessThan(1000);
    expect(requests).toEqual([]);
  });

  it('checks the name in a spec against --model', async () => {
    const spec = JSON.stringify({ ...document.spec, model: { id: 'evil/model', revision: 'main' } });
    const { code, err } = await loci(['run', 'spec.json', '--model', 'atlas'], fakeEngine(), await at(spec));
    expect(code).toBe(2);
    expect(err).toContain(
      "--model: not the spec's model, got 'atlas' (builtin), expected 'evil/model' (main).",
    );
  });

  describe('given a spec with a snippet', () => {
    const snippet = 'fn edit(x: f32, row: u32, col: u32) -> f32 {\n  return 0.0; // \x1b[2J\n}';
    const evil = {
      version: 1,
      kind: 'intervention',
      model: { id: 'atlas' },
      cases: [{ prompt: 'The capital of France is', answer: ' Paris' }],
      edits: [{ site: 'blocks.2.mlp.hook_post', op: 'snippet', code: snippet }],
    };
    const engine = () => fakeEngine({ run: vi.fn(async () => document), resolve: vi.fn(async () => evil) });
    const typed = (answer: string) => ({ typed: async () => answer, isErrTerminal: true });

    it('asks at a terminal, showing the code, and takes no for an answer', async () => {
      for (const answer of ['', 'n', 'no', 'maybe', 'yesterday']) {
        const own = engine();
        const { code, err, requests } = await loci(
          ['run', 'spec.json'],
          own,
          await at(JSON.stringify(evil)),
          typed(answer),
        );
        expect(code).toBe(2);
        expect(err).toContain('    fn edit(x: f32, row: u32, col: u32) -> f32 {\n');
        expect(err).toContain('return 0.0; // \\u001b[2J\n');
        expect(err).toContain('spec.json: its code was not allowed to run.\n');
        expect(requests).toEqual([]);
        expect(own.resolve).not.toHaveBeenCalled();
      }
    });

    it.each(['y', 'yes', ' Y '])('runs after %j', async (answer) => {
      const own = engine();
      const { code } = await loci(['run', 'spec.json'], own, await at(JSON.stringify(evil)), typed(answer));
      expect(code).toBe(0);
      expect(own.run).toHaveBeenCalled();
    });

    it('needs --allow-snippets where nobody can be asked', async () => {
      const own = engine();
      const refused = await loci(['run', 'spec.json'], own, await at(JSON.stringify(evil)));
      expect(refused.code).toBe(2);
      expect(refused.err).toBe(
        'spec.json: carries code (WGSL snippets) that would run on the graphics card, got 1, expected --allow-snippets. Read them first.\n',
      );
      expect(refused.requests).toEqual([]);
      const allowed = await loci(
        ['run', 'spec.json', '--allow-snippets'],
        own,
        await at(JSON.stringify(evil)),
      );
      expect(allowed.code).toBe(0);
      expect(own.run).toHaveBeenCalledTimes(1);
    });
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
    other.figures[1]!.values[45]! += 0.25;
    const { code, out } = await loci(
      ['run', 'spec.json'],
      fakeEngine({ run: async () => other }),
      await at(documentToText(document)),
    );
    expect(code).toBe(0);
    expect(out).toContain('mlp: at most 2.5e-1 off (tolerance 1.0e-4) !');
    expect(out).toContain('hidden: at most 0.0e0 off (tolerance 1.0e-4)\n');
    expect(out).toContain('The result is not confirmed.');
  });

  it("measures another program's circuit on a model and a set", async () => {
    const circuit = (layers: number) =>
      JSON.stringify({
        cfg: { n_layers: layers, n_heads: 4, parallel_attn_mlp: false, d_model: 128 },
        nodes: {},
        edges: {
          'input->a5.h3<q>': { score: 1, in_graph: true },
          'm0->logits': { score: 1, in_graph: false },
        },
      });
    const resolve = vi.fn(async () => document.spec);
    const run = async (content: string, ...flags: string[]) =>
      loci(['run', 'spec.json', ...flags], fakeEngine({ resolve }), await at(content));
    expect((await run(circuit(6), '--model', 'atlas', '--set', 'ioi')).code).toBe(0);
    expect(resolve).toHaveBeenCalledWith({
      kind: 'graph',
      method: 'chosen',
      metric: 'logit-diff',
      positions: 'collapsed',
      edges: ['input->a5.h3<q>'],
      model: { id: 'atlas', revision: 'builtin' },
      set: { name: 'ioi' },
    });
    expect((await run(circuit(12), '--model', 'atlas', '--set', 'ioi')).err).toMatch(
      /^circuit: is of another model, got 12 layers of 4 heads, width 128, expected 6 layers/,
    );
    expect((await run(circuit(6), '--model', 'atlas')).err).toMatch(/^--set: is missing/);
    expect((await run(circuit(6), '--set', 'ioi')).err).toMatch(/--model/);
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
