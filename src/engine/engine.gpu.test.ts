import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResultDocument } from '../results/document';
import { parseDocument } from '../results/parse';
import { tightenedAt } from '../results/tightened';
import { CANCELLED, type Engine, type EngineEvent } from './api';
import { createEngine } from './engine';
import { inThisThread } from '../load/tokenizer/inThisThread';

const PROMPT = 'The capital of France is';

let engine: Engine;
beforeEach(async () => {
  engine = createEngine({
    gpu: navigator.gpu,
    startThread: inThisThread,
    appUrl: `${location.origin}/`,
    budgetFlops: 5e7,
  });
  await engine.open({ kind: 'builtin', id: 'atlas' });
});
afterEach(() => engine.close());

const question = { prompt: PROMPT, subject: 'France', samples: 2, kinds: ['hidden', 'mlp'] as const };

describe('engine', () => {
  it('predicts what its own capture of the logits says', async () => {
    const tokens = (await engine.tokenize(PROMPT, true)).map((token) => token.id);
    const [best] = await engine.predict(tokens, 3);
    const { 'unembed.hook_out': logits } = await engine.capture({ tokens, sites: ['unembed.hook_out'] });
    const [T, V] = logits!.shape as [number, number];
    const last = logits!.data.subarray((T - 1) * V);
    expect(last[best!.id]).toBe(Math.max(...last));
    const total = last.reduce((sum, x) => sum + Math.exp(x), 0);
    expect(best!.p).toBeCloseTo(Math.exp(best!.logit) / total, 5);
  });

  it("a logit lens's last row is the model's own prediction at every position", async () => {
    const tokens = (await engine.tokenize(PROMPT, true)).map((token) => token.id);
    const { cells } = await engine.lens(tokens);
    for (const position of tokens.keys()) {
      const [best] = await engine.predict(tokens.slice(0, position + 1), 1);
      expect(cells.at(-1)![position]!.id).toBe(best!.id);
      expect(cells.at(-1)![position]!.p).toBeCloseTo(best!.p, 4);
    }
  });

  it('follows a token through the lens, and lists the likeliest tokens of a cell', async () => {
    const tokens = (await engine.tokenize(PROMPT, true)).map((token) => token.id);
    const position = tokens.length - 1;
    const best = await engine.predict(tokens, 5);
    const third = best[2]!;
    const { cells } = await engine.lens(tokens, third.id);
    const last = cells.at(-1)![position]!.followed;
    expect(last.rank).toBe(2);
    expect(last.p).toBeCloseTo(third.p, 4);
    const top = await engine.lensTop(tokens, { row: cells.length - 1, position }, 5);
    expect(top.map(({ id }) => id)).toEqual(best.map(({ id }) => id));
    for (const [i, { p }] of top.entries()) expect(p).toBeCloseTo(best[i]!.p, 4);
    const [first] = await engine.lensTop(tokens, { row: 1, position: 2 }, 1);
    expect(first!.id).toBe(cells[1]![2]!.id);
    expect(first!.p).toBeCloseTo(cells[1]![2]!.p, 4);
  });

  it('runs a trace to a valid document, kind by kind', async () => {
    const spec = await engine.resolve(question);
    const events: EngineEvent[] = [];
    const document = await engine.run('a', spec, (event) => events.push(event));
    expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
    expect(events[0]!.type).toBe('planned');
    const partials = events.flatMap((event) => (event.type === 'partial' ? [mapsOf(event.document)] : []));
    expect(partials).toEqual([['hidden'], ['hidden', 'mlp']]);
    expect(document.counters.readbacks).toBe(3);
    // Same spec, seed and weights give the same numbers.
    const again = await engine.run('b', document.spec);
    expect(again.figures).toEqual(document.figures);
  });

  it('cancels within one submit and keeps the finished kinds', async () => {
    const spec = await engine.resolve(question);
    let kept = 0;
    let progressAfterCancel = 0;
    let cancelled = false;
    const run = engine.run('a', spec, (event) => {
      if (event.type === 'progress' && cancelled) progressAfterCancel++;
      if (event.type !== 'partial') return;
      kept = mapsOf(event.document).length;
      if (kept === 1) {
        cancelled = true;
        void engine.cancel('a');
      }
    });
    await expect(run).rejects.toThrow(CANCELLED);
    expect(kept).toBe(1);
    expect(progressAfterCancel).toBeLessThanOrEqual(1);
  });

  it('goes on with a new device when the device is lost in the middle', async () => {
    const spec = await engine.resolve(question);
    const undisturbed = await engine.run('a', spec);
    const events: string[] = [];
    let lost = false;
    const document = await engine.run('b', spec, (event) => {
      events.push(event.type);
      if (event.type === 'progress' && event.fraction > 0.5 && !lost) {
        lost = true;
        void engine.loseDevice();
      }
    });
    expect(events).toContain('recovering');
    expect(document.figures).toEqual(undisturbed.figures);
  });

  it('agrees with the float64 reference at every site', async () => {
    const tokens = (await engine.tokenize(PROMPT, true)).map((token) => token.id);
    const { against, bar, errors } = await engine.verify(tokens, 'reference');
    expect([against, bar]).toEqual(['float64 reference', 2e-5]);
    for (const { site, relative } of errors) expect(relative, site).toBeLessThan(bar);
  });

  it('agrees with onnxruntime-web at every site, and the verdict travels in the document', async () => {
    const tokens = (await engine.tokenize(PROMPT, true)).map((token) => token.id);
    const { against, errors } = await engine.verify(tokens, 'onnxruntime');
    const worst = Math.max(...errors.map(({ relative }) => relative));
    console.info(`Atlas against ${against}: largest difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(2e-5);
    const document = await engine.run('a', await engine.resolve({ ...question, kinds: ['hidden'] }));
    expect(document.environment.verified).toMatchObject({ against, relative: worst, sites: errors.length });
    expect(document.model.weights).toBe('f32');
  });

  it('runs TypeScript callbacks as the same edits would, and hands them the values', async () => {
    const tokens = (await engine.tokenize(PROMPT, true)).map((token) => token.id);
    const rows = [...tokens.keys()];
    for (const site of ['blocks.2.hook_mlp_out', 'blocks.1.attn.hook_z', 'blocks.5.hook_resid_post']) {
      const sites = [site, 'unembed.hook_out'];
      const plain = await engine.capture({ tokens, sites: [site] });
      let seen: Float32Array | null = null;
      const double = (values: Float32Array): void => {
        seen = values.slice();
        for (let i = 0; i < values.length; i++) values[i]! *= 2;
      };
      const called = await engine.capture({ tokens, sites, callbacks: [{ site, fn: double }] });
      const edited = await engine.capture({ tokens, sites, edits: [{ site, rows, op: 'scale', alpha: 2 }] });
      expect(seen).toEqual(plain[site]!.data);
      expect(called['unembed.hook_out']!.data).toEqual(edited['unembed.hook_out']!.data);
    }
  });

  it('generates what repeated predictions say, and stops within one token of a cancel', async () => {
    const tokens = (await engine.tokenize(PROMPT, true)).map((token) => token.id);
    const request = { tokens, maxNew: 6, sampling: 'greedy' as const, stopAtEos: false };
    const seen: number[] = [];
    const { sequences, environment } = await engine.generate('a', request, ({ id }) => seen.push(id));
    expect(sequences[0]!.tokens.map(({ id }) => id)).toEqual(seen);
    expect(environment.adapter).toBe((await engine.environment()).adapter);
    for (const [step, { id, p }] of sequences[0]!.tokens.entries()) {
      const [best] = await engine.predict([...tokens, ...seen.slice(0, step)], 1);
      expect(best!.id).toBe(id);
      expect(best!.p).toBeCloseTo(p, 5);
    }
    let told = 0;
    const cancelled = engine.generate('b', { ...request, maxNew: 40 }, () => {
      told++;
      if (told === 2) void engine.cancel('b');
    });
    await expect(cancelled).rejects.toThrow(CANCELLED);
    expect(told).toBe(2);
  });

  it('goes on generating with a new device when the device is lost', async () => {
    const tokens = (await engine.tokenize(PROMPT, true)).map((token) => token.id);
    const request = {
      tokens,
      maxNew: 8,
      sampling: { temperature: 1, seed: 4 },
      sequences: 2,
      stopAtEos: false,
    };
    const undisturbed = await engine.generate('a', request);
    const disturbed = await engine.generate('b', request, ({ sequence, step }) => {
      if (sequence === 1 && step === 3) void engine.loseDevice();
    });
    expect(disturbed.sequences).toEqual(undisturbed.sequences);
  });

  it('says what is wrong with a bad spec or site', async () => {
    await expect(engine.run('a', { kind: 'palmistry' })).rejects.toThrow(/unknown experiment/);
    await expect(engine.capture({ tokens: [1], sites: ['blocks.0.hook_resid_pst'] })).rejects.toThrow(
      /nearest is 'blocks.0.hook_resid_post'/,
    );
    await expect(engine.capture({ tokens: [99999], sites: ['hook_embed'] })).rejects.toThrow(
      /no embedding for "<unused 99999>", got id 99999/,
    );
  });
});

/** Names of the maps. */
const mapsOf = ({ figures }: ResultDocument) =>
  figures.filter(({ drawn }) => drawn === 'heatmap').map(({ name }) => name);

describe('tighten', () => {
  it('continues the draws of the picture: a plain run with as many gives the same', async () => {
    const asked = {
      prompt: 'The currency of Kazakhstan is the',
      subject: 'Kazakhstan',
      kinds: ['hidden'] as const,
    };
    const picture = await engine.run('ten', await engine.resolve({ ...asked, samples: 10, seed: 2 }));
    const cell = { figure: 'hidden', cell: 24 };
    const looks: ResultDocument[] = [];
    const tightened = await engine.tighten(
      'more',
      { document: picture, targets: ['corrupted', cell] },
      (event) => {
        if (event.type === 'partial') looks.push(event.document);
      },
    );
    expect(parseDocument(JSON.parse(JSON.stringify(tightened)))).toEqual(tightened);
    // The picture is still the mean over its own ten draws.
    expect(tightened.figures).toEqual(picture.figures);

    const hundred = await engine.run('100', await engine.resolve({ ...asked, samples: 100, seed: 2 }));
    const [few, many] = [picture.figures[0]!, hundred.figures[0]!];
    expect(many.levels![0]!.draws!.slice(0, 10)).toEqual(few.levels![0]!.draws);
    expect(many.draws![24]!.slice(0, 10)).toEqual(few.draws![24]);
    const at100 = (at: 'corrupted' | typeof cell) =>
      [...looks, tightened].map((look) => tightenedAt(look, at)).find((one) => one?.draws === 100)!;
    const level = at100('corrupted');
    const { value, range, interval } = many.levels![0]!;
    expect(level).toMatchObject({ mean: value, range, interval });
    const effect = at100(cell);
    expect(effect.mean).toBeCloseTo(many.values[24]! - value, 12);
    expect(effect.interval).toEqual(many.intervals![24]);
  });
});
