import { describe, expect, it } from 'vitest';
import type { ModelInfo, ModelSource } from '../../engine/api';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { createFakeLoci, MODEL } from '../testing';
import { addFinding } from './findings';
import { openModel } from './model';
import { editDraft, typePrompt } from './question';

const OTHER: ModelInfo = { ...MODEL, id: 'other', title: 'Other', sha256: 'def', bos: false };
const SOURCE: ModelSource = { kind: 'hub', id: 'someone/other' };

/** A page with one model's finding, and another model to open. */
function page() {
  const { loci, engine } = createFakeLoci();
  addFinding(loci, sampleDocument(), 'example');
  engine.open = async () => OTHER;
  return { loci, engine, finding: loci.session.getState().findings[0]! };
}

const onlyCase = ({ cases }: Readonly<Record<string, unknown>>) =>
  (cases as readonly [{ readonly prompt: string }])[0];

describe('the first model, under a finding about a net', () => {
  it('opens on a prompt of its own: such a finding has none', async () => {
    const { loci, engine } = createFakeLoci();
    const document = sampleDocument();
    addFinding(loci, { ...document, model: { ...document.model, family: 'onnx' } }, 'link');
    engine.open = async () => OTHER;
    expect(loci.draft.getState().draft.prompt).toBe('');
    await openModel(loci, SOURCE);
    const { draft, spec } = loci.draft.getState();
    expect(draft.prompt).toBe('The capital of Peru is');
    expect(spec).not.toBeNull();
  });
});

describe('another model', () => {
  it('opens on a prompt of its own, with subject, answer and distractor; the finding is untouched', async () => {
    const { loci, finding } = page();
    await openModel(loci, SOURCE);
    const { draft, first, problem, spec } = loci.draft.getState();
    expect(draft).toMatchObject({
      prompt: 'The capital of Peru is',
      answer: ' Lima',
      distractor: ' Quito',
      bos: false,
      subject: [15, 19],
    });
    expect([problem, first?.p]).toEqual([null, 0.9]);
    expect(spec).toMatchObject({ cases: [{ subject: { begin: 3, end: 4 } }] });
    expect(loci.session.getState().findings).toEqual([finding]);
  });

  it('reads again what was typed, and drops answers that it reads as one', async () => {
    const { loci, engine } = page();
    await typePrompt(loci, 'The language of Peru is');
    await editDraft(loci, { answer: ' Spanish', distractor: ' Quechua' });
    await openModel(loci, SOURCE);
    expect(loci.draft.getState()).toMatchObject({
      draft: { prompt: 'The language of Peru is', answer: ' Spanish', distractor: ' Quechua', bos: false },
      problem: null,
      first: null,
    });
    expect(loci.draft.getState().tokens[0]!.text).toBe('The');
    engine.resolve = async (question) => {
      if ('answer' in onlyCase(question))
        throw new Error('distractor: begins with the same token as the answer.');
      return { ...question };
    };
    await openModel(loci, SOURCE);
    const { draft, problem, spec } = loci.draft.getState();
    expect(draft).toMatchObject({ prompt: 'The language of Peru is', answer: '', distractor: '' });
    expect([problem, spec === null]).toEqual([null, false]);
  });

  it('opens on its own prompt where what was typed cannot be asked of it at all', async () => {
    const { loci, engine } = page();
    await typePrompt(loci, 'Far too long for it');
    engine.resolve = async (question) => {
      if (onlyCase(question).prompt.startsWith('Far')) throw new Error('prompt: is too long.');
      return { ...question };
    };
    await openModel(loci, SOURCE);
    expect(loci.draft.getState()).toMatchObject({
      draft: { prompt: 'The capital of Peru is' },
      problem: null,
    });
  });

  it('stops looking for a prompt when the user types', async () => {
    const { loci, engine } = page();
    let stopped: string | null = null;
    let found = (): void => undefined;
    engine.firstPrompt = () =>
      new Promise((_, reject) => {
        found = () => reject(new Error('run: cancelled'));
      });
    engine.cancel = async (id) => {
      stopped = id;
      found();
    };
    const opening = openModel(loci, SOURCE);
    await expect.poll(() => loci.draft.getState().searching).not.toBeNull();
    expect(loci.draft.getState().hint).toBe('Looking for a prompt that Other knows …');
    await typePrompt(loci, 'The river of Peru is');
    await opening;
    expect(stopped).not.toBeNull();
    expect(loci.draft.getState()).toMatchObject({
      draft: { prompt: 'The river of Peru is' },
      problem: null,
      searching: null,
    });
  });

  it('that predicts nothing says so, and no field is red', async () => {
    const { loci, engine } = page();
    engine.open = async () => ({ ...OTHER, spec: { ...MODEL.spec, head: 'none' } });
    engine.firstPrompt = () => Promise.reject(new Error('answer: this model has no unembedding.'));
    await openModel(loci, SOURCE);
    expect(loci.draft.getState()).toMatchObject({
      problem: null,
      hint: expect.stringContaining('unembedding'),
    });
    await typePrompt(loci, 'Some words');
    expect(loci.draft.getState()).toMatchObject({
      problem: null,
      hint: expect.stringContaining('predicts no tokens'),
    });
  });
});
