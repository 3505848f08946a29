/**
 * A classifier on the page with its engine: opened, asked, traced, shared. PyTorch checks its
 * passes (`reference/goldens/tiny-roberta-classifier`); this checks what becomes of them.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loci as runLoci } from '../cli/testing/fakes';
import { selectNextTokens } from '../panels/next-tokens/select';
import type { Engine, ModelSource } from '../engine/api';
import { createNodeEngine } from '../engine/node';
import { diskFolder } from '../load/disk';
import { withWords } from '../load/testing/wordTokenizer';
import { inThisThread } from '../load/tokenizer/inThisThread';
import { promptOf } from '../results/asked';
import { traceWords } from '../results/finding';
import type { ResultDocument } from '../results/document';
import { readLink, writeLink } from '../share/link';
import { scriptOf } from '../share/scripts/script';
import { openModel } from './actions/model';
import { editDraft, setOption } from './actions/question';
import { runDraft } from './actions/run';
import { createLoci, type Loci } from './loci';
import { draftOf } from './question';
import { BY_NOISE } from './stores/draft';
import { NO_NETS } from './testing';
import { currentFinding } from './stores/session';

const FOLDER = join(import.meta.dirname, '../../reference/goldens/tiny-roberta-classifier');
const CLASSES = ['anger', 'joy', 'fear', 'sadness', 'surprise'];
const WORDS = 'The film was wonderful terrible delightful boring from beginning to end .'.split(' ');

const folder = () => withWords(diskFolder(FOLDER), WORDS, { vocabSize: 61, padding: 1 });

let engine: Engine;
let loci: Loci;
beforeAll(async () => {
  engine = await createNodeEngine('reference', {
    startThread: inThisThread,
    folder,
  });
  loci = createLoci({ engine, nets: NO_NETS }, () => true, 0);
  const source: ModelSource = { kind: 'files', title: 'classifier', files: new Map() };
  await openModel(loci, source);
  // The page's first model keeps the editor's question; the next one opens on its own prompt.
  await openModel(loci, source);
});
afterAll(() => engine?.close());

const draft = () => loci.draft.getState();

async function traced(): Promise<ResultDocument> {
  await setOption(loci, 'corruption', { ...BY_NOISE, samples: 3 });
  await editDraft(loci, { answer: 'joy', distractor: 'fear', metric: 'p' });
  expect(draft().problem).toBeNull();
  await runDraft(loci);
  return currentFinding(loci.session.getState())!.document;
}

it('opens on a sentence, with the classes of its config and their probabilities', () => {
  const { model } = loci.status.getState();
  expect(model!.spec).toMatchObject({ head: 'classes', classes: CLASSES, dVocab: 5, nEmbeddings: 61 });
  expect(draft().draft.prompt).toMatch(/^The film was \w+ from beginning to end\.$/);
  const next = draft().next;
  expect(new Set(next.map(({ text }) => text))).toEqual(new Set(CLASSES));
  expect(next.reduce((sum, { p }) => sum + p, 0)).toBeCloseTo(1, 6);
});

describe('a causal trace', () => {
  it('reads the answer, a class, at the first position', async () => {
    const document = await traced();
    expect(document.answer).toMatchObject({ id: 1, token: 'joy' });
    expect(document.distractor).toEqual({ id: 2, token: 'fear' });
    expect(promptOf(document)).toMatchObject({ answerRow: 0, outcomes: 'classes' });
    expect(document.tokens.slice(0, 2).map(({ token }) => token)).toEqual(['[CLS]', 'The']);
    expect(selectNextTokens(document, []).map(({ text }) => text)).toHaveLength(CLASSES.length);
    expect(CLASSES).toContain(document.predicted!.token);
    // The pooler reads only the first position after the last block: restoring that restores all.
    const { values, axes, levels } = document.figures[0]!;
    const L = axes[1]!.labels.length;
    const last = document.tokens.map((_, t) => values[t * L + L - 1]!);
    const [corrupted, clean] = levels!;
    expect(last[0]).toBeCloseTo(clean!.value, 9);
    for (const other of last.slice(1)) expect(other).toBeCloseTo(corrupted!.value, 9);
  });

  it('is worded with classes, and with the token where one is read', async () => {
    const document = await traced();
    const { notes, warning } = document;
    expect(notes.join('\n')).toContain('Restoring the first token alone brings back more than half');
    if (document.predicted!.token !== 'joy')
      expect(warning).toMatch(/^The model answers with another class: it says \*\w+\* \(/);
    const ranked = traceWords({ ...document, spec: { ...document.spec, metric: 'rank' } });
    expect(ranked.finding).toContain('the number of classes ranked above *joy*');
  });

  it('comes back from a link as the same question, and is no script', async () => {
    const document = await traced();
    const read = (await readLink(writeLink(document))).document;
    expect(read.spec).toEqual(document.spec);
    expect(draftOf(read)).toMatchObject({ answer: 'joy', distractor: 'fear' });
    expect(() => scriptOf(document, 'transformer-lens')).toThrow(/^export: .*\.$/);
  });

  it('refuses a word that is no class, and lists them', async () => {
    await editDraft(loci, { answer: 'Paris', distractor: '' });
    expect(draft().problem).toBe(
      "Answer: is no class of this model, got 'Paris', expected one of 'anger', 'joy', 'fear', 'sadness', 'surprise'.",
    );
    await editDraft(loci, { answer: 'JOY' });
    expect(draft().problem).toBeNull();
    expect(draft().spec).toMatchObject({ answer: { id: 1 }, outcomes: 'classes' });
  });
});

it('is traced from the command line, with a class as the answer', async () => {
  const opened = await createNodeEngine('reference', { startThread: inThisThread, folder });
  const prompt = ['--prompt', 'The film was wonderful .', '--subject', 'wonderful', '--kinds', 'hidden'];
  const trace = (...flags: string[]) =>
    runLoci(['trace', '--model', FOLDER, ...prompt, '--samples', '2', ...flags], undefined, {
      openEngine: async () => opened,
    });
  const { code, out, err } = await trace('--answer', 'JOY', '--distractor', 'fear', '--metric', 'logit-diff');
  expect(code, err).toBe(0);
  expect(out).toMatch(/^answer +'joy', metric logit-diff$/m);
  const refused = await trace('--answer', 'Paris');
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(
    /^trace: answer: is no class of this model, got 'Paris', expected one of 'anger', /m,
  );
});

describe('a study', () => {
  const one = {
    prompt: 'The film was wonderful.',
    subject: 'wonderful',
    corrupted: 'The film was terrible.',
    answer: 'joy',
    distractor: 'fear',
  };
  const asked = async (question: object): Promise<ResultDocument> => {
    const spec = await engine.resolve({ version: 1, cases: [one], ...question });
    return (await engine.run('study', spec)) as ResultDocument;
  };

  it.each([
    { kind: 'activation-patching', grids: ['resid_pre', 'attn_out', 'mlp_out'] },
    { kind: 'ablation', method: 'zero' },
    { kind: 'path-patching' },
    { kind: 'mediation' },
    { kind: 'knockout' },
    { kind: 'intervention', edits: [{ site: 'blocks.0.hook_mlp_out', op: 'scale', alpha: 0 }] },
  ])('$kind measures p of a class', async (question) => {
    const { finding: sentence, figures } = await asked({ ...question, metric: 'p' });
    expect(sentence).toMatch(/\*joy\*|the answer|from corrupted to clean/);
    expect(figures.length).toBeGreaterThan(0);
  });

  it('the logit lens lists classes, through the head alone', async () => {
    const { finding: sentence, figures, notes } = await asked({ kind: 'logit-lens' });
    expect(sentence).toMatch(/\*joy\* is (not )?the likeliest class /);
    const list = figures.find(({ name }) => name.endsWith('_list'))!;
    expect(list.title).toMatch(/^likeliest classes at the answer’s row/);
    for (const text of list.texts!) expect(CLASSES).toContain(text);
    expect(notes.join(' ')).toContain('the head that the model itself uses at the first one alone');
    await expect(asked({ kind: 'logit-lens', norm: 'none' })).rejects.toThrow(/logit-lens: norm: .*\.$/);
  });

  it.each(['attribution', 'trajectory', 'text-order'])('%s is refused with one sentence', async (kind) => {
    await expect(asked({ kind })).rejects.toThrow(/^[^\n]{20,500}\.$/);
  });

  it('steering along a column of the unembedding is refused, since it stands behind a dense layer', async () => {
    const direction = { from: 'unembedding', towards: { id: 1 }, away: { id: 2 } };
    await expect(asked({ kind: 'steering', layers: [0], direction })).rejects.toThrow(
      /steering: direction: .* expected a direction of another kind: .* dense layer\.$/,
    );
  });

  it('a class must be read at the first position, and answers must be classes', async () => {
    const spec = await engine.resolve({ version: 1, kind: 'mediation', cases: [one], metric: 'p' });
    const [first] = spec.cases as [object];
    const elsewhere = { ...spec, cases: [{ ...first, answerRow: 2 }] };
    await expect(engine.run('a', elsewhere)).rejects.toThrow(/position of the answer.*got .?2.*expected 0/);
    const { outcomes: _, ...tokens } = spec;
    await expect(engine.run('b', tokens)).rejects.toThrow(/outcomes.*got tokens, expected classes/);
  });
});
