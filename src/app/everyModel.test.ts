/**
 * Every checkpoint beside the goldens is asked every worked example of the page, and traced by `loci trace` without any
 * further flag: a finding whose numbers are finite, or one plain sentence.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loci } from '../cli/testing/fakes';
import type { Engine, ModelInfo, ModelSource, TraceQuestion } from '../engine/api';
import { createNodeEngine } from '../engine/node';
import { diskFolder } from '../load/disk';
import type { ModelFolder } from '../load/folder';
import { withWords } from '../load/testing/wordTokenizer';
import { parseDocument } from '../results/parse';
import { isTrace, type ResultDocument } from '../results/document';
import { readLink } from '../share/link';
import { exampleLink, examples } from './examples';
import { draftOf } from './question';
import { textOf } from './subject';

const ROOT = join(import.meta.dirname, '../..');
const GOLDENS = join(ROOT, 'reference/goldens');
const CHECKPOINTS = readdirSync(GOLDENS)
  .filter((name) => name.startsWith('tiny-'))
  .map((name) => join(GOLDENS, name));
const SENTENCE = /^[^\n]{20,400}\.$/;
const FOREIGN =
  /undefined|\bnull\b|NaN|TypeError|is not a function|Cannot read|internal:|cases\[0\]|run '|hook_embed'/;

/** The traces among the worked examples, as questions; the graph is about task sets. */
const questions: TraceQuestion[] = [];
let words: string[] = [];

beforeAll(async () => {
  for (const i of examples.keys()) {
    const { document } = await readLink(await exampleLink(i));
    if (!isTrace(document)) continue;
    const { prompt, subject, answer, distractor } = draftOf(document);
    const pair = distractor === '' ? { answer } : { answer, distractor };
    questions.push({ prompt, subject: textOf(prompt, subject!), ...pair, samples: 2, kinds: ['hidden'] });
  }
  expect(questions.length).toBeGreaterThan(3);
  words = questions.flatMap(({ prompt, answer, distractor }) =>
    `${prompt} ${answer} ${distractor}`.split(/\s+/),
  );
});

/** Also a GGUF file, which brings a tokenizer. */
function folderOf(path: string): ModelFolder {
  if (path.endsWith('.gguf')) return diskFolder(path);
  const config = JSON.parse(readFileSync(join(path, 'config.json'), 'utf8')) as Record<string, number>;
  return withWords(diskFolder(path), words, config.vocab_size ?? config.d_vocab!);
}

const sourceOf = (path: string): ModelSource => ({ kind: 'files', title: basename(path), files: new Map() });

/** Every number of the document is finite, every interval has its ends in order. */
function expectFinite(document: ResultDocument): void {
  const look = (value: unknown, at: string): void => {
    if (typeof value === 'number') expect(Number.isFinite(value), at).toBe(true);
    else if (value !== null && typeof value === 'object')
      for (const [key, inner] of Object.entries(value)) look(inner, `${at}.${key}`);
  };
  look(document, 'document');
}

/** A finding about this model, or one plain sentence. */
async function ask(engine: Engine, info: ModelInfo, question: TraceQuestion): Promise<'finding' | string> {
  try {
    const spec = await engine.resolve(question);
    const document = await engine.run('every', spec);
    expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
    expectFinite(document);
    expect(document.model).toMatchObject({ id: info.id, sha256: info.sha256 });
    if (isTrace(document)) {
      expect(document.tokens).toHaveLength((spec.tokens as unknown[]).length);
      expect(document.answer.id).toBe((spec.answer as { id: number }).id);
      const { corruption } = document.spec as { corruption: { sigma: number; measuredOn?: object } };
      expect(corruption).toMatchObject({ sigma: info.sigma!.value, measuredOn: info.sigma!.measuredOn });
    }
    return 'finding';
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'AssertionError') throw error;
    expect(error.message).toMatch(SENTENCE);
    expect(error.message).not.toMatch(FOREIGN);
    return error.message;
  }
}

describe.each(CHECKPOINTS)('%s', (path) => {
  let engine: Engine;
  let info: ModelInfo;
  beforeAll(async () => {
    engine = await createNodeEngine('reference', { folder: () => folderOf(path) });
    info = await engine.open(sourceOf(path));
  });
  afterAll(() => engine?.close());

  it('has a first finding of every worked example, or says why not', async () => {
    const hasHead = info.spec.head !== 'none';
    const mask = info.spec.head === 'mlm' ? ' [MASK]' : '';
    for (const question of questions) {
      const asked = { ...question, prompt: question.prompt + mask };
      const told = await ask(engine, info, asked);
      const T = (await engine.tokenize(asked.prompt, info.bos)).length;
      if (!hasHead) expect(told).toMatch(/no unembedding/);
      else if (T <= info.spec.nCtx && told !== 'finding') expect(told).toMatch(/distractor|answer/);
      // The same with nothing but the prompt: then there is no word that could not fit.
      const open = await ask(engine, info, { prompt: asked.prompt, samples: 2, kinds: ['hidden'] });
      if (hasHead && T <= info.spec.nCtx) expect(open).toBe('finding');
    }
  });

  it('opens on a prompt of its own, or says why not', async () => {
    const first = engine.firstPrompt('first');
    if (info.spec.head === 'none') return expect(first).rejects.toThrow('no unembedding');
    const { prompt, subject, p, answer } = await first;
    expect(prompt).toContain(subject);
    expect(p).toBeGreaterThan(0);
    expect(p).toBeLessThanOrEqual(1);
    const found = { prompt, subject, samples: 1, kinds: ['hidden' as const] };
    expect(await ask(engine, info, answer === '' ? found : { ...found, answer })).toBe('finding');
  });

  it('is traced by the command line without further flags', async () => {
    if (info.spec.head !== 'lm') return;
    const argv = ['trace', '--model', path, '--prompt', 'The capital of France is'];
    const openEngine = (request: { folder: (source: ModelSource) => ModelFolder | null }) =>
      createNodeEngine('reference', { folder: (source) => request.folder(source) && folderOf(path) });
    const { code, err, out } = await loci(argv, undefined, { openEngine });
    expect(err).toMatch(/^subject 'France', answer '.+' \(p [\d.]+ %\), distractor '.+'; chosen by Loci\n/ms);
    expect(err).toMatch(/noise of 3 sigma = [\d.e-]+, measured on 200 names\n$/);
    expect(code, err).toBe(0);
    expect(out).not.toMatch(/NaN|undefined|Infinity/);
  });
});
