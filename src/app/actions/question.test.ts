import { afterEach, describe, expect, it, vi } from 'vitest';
import { CANCELLED, type Notice } from '../../engine/api';
import { createFakeLoci, settle } from '../testing';
import { BY_NOISE } from '../stores/draft';
import { applyNotice } from './notices';
import { askFact, chooseQuestion, editDraft, markSubject, setOption, typePrompt } from './question';

const subjectAt = (begin: number, end: number) => ({ cases: [{ subject: { begin, end } }] });

afterEach(() => void vi.useRealTimers());

describe('the question in the editor', () => {
  it('is tokenised, and has a subject without anybody marking one', async () => {
    const { loci } = createFakeLoci();
    await typePrompt(loci, 'The capital of France is');
    const { tokens, spec, problem, hint, next } = loci.draft.getState();
    expect(tokens.map((token) => token.text)).toEqual([
      '<|endoftext|>',
      'The',
      ' capital',
      ' of',
      ' France',
      ' is',
    ]);
    expect(next[0]!.text).toBe(' Paris');
    expect(spec).toMatchObject(subjectAt(4, 5));
    expect([problem, hint]).toEqual([null, null]);
    // A default, not a mark: it moves as the prompt is typed.
    expect(loci.draft.getState().draft.subject).toBeNull();
    await typePrompt(loci, 'The capital of France and of Peru is');
    expect(loci.draft.getState().spec).toMatchObject(subjectAt(7, 8));
    await typePrompt(loci, '   ');
    expect(loci.draft.getState().spec).toBeNull();
  });

  it('is resolved and estimated once the subject is marked, which then follows edits', async () => {
    const { loci } = createFakeLoci();
    await typePrompt(loci, 'The capital of France is');
    await markSubject(loci, [4, 5]);
    expect(loci.draft.getState().spec).toMatchObject(subjectAt(4, 5));
    expect(loci.draft.getState().estimate).toEqual({
      forwards: 10,
      flops: 1e6,
      seconds: 2,
      isMost: false,
    });
    await typePrompt(loci, 'So the capital of France is');
    expect(loci.draft.getState().spec).toMatchObject(subjectAt(5, 6));
    await editDraft(loci, { bos: false });
    expect(loci.draft.getState().spec).toMatchObject(subjectAt(4, 5));
  });

  it('drops late answers', async () => {
    const { loci, engine } = createFakeLoci();
    let open = () => {};
    engine.gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = typePrompt(loci, 'One');
    engine.gate = Promise.resolve();
    await typePrompt(loci, 'Two words');
    open();
    await first;
    expect(loci.draft.getState().tokens.map((token) => token.text)).toEqual([
      '<|endoftext|>',
      'Two',
      ' words',
    ]);
  });

  it('is planned when the typing pauses: its first key and its last', async () => {
    vi.useFakeTimers();
    const { loci, engine } = createFakeLoci(200);
    const planned: unknown[] = [];
    const { estimate } = engine;
    engine.estimate = (spec, options) => {
      planned.push((spec.cases as { prompt: string }[])[0]!.prompt);
      return estimate(spec, options);
    };
    const prompts = ['The capital of', 'The capital of France', 'The capital of France is'];
    const typed: Promise<void>[] = [];
    for (const prompt of prompts) {
      typed.push(typePrompt(loci, prompt));
      await vi.advanceTimersByTimeAsync(100);
      // Typing shows at once.
      expect(loci.draft.getState().tokens).toHaveLength(prompt.split(' ').length + 1);
    }
    await vi.advanceTimersByTimeAsync(200);
    await Promise.all(typed);
    expect(planned).toEqual([prompts[0], prompts[2]]);
  });

  it('stops the estimate of a question that has changed', async () => {
    const { loci, engine } = createFakeLoci();
    const stops = new Map<string | undefined, (error: Error) => void>();
    engine.estimate = (_, options) => new Promise((_, reject) => stops.set(options?.runId, reject));
    engine.cancel = async (runId) => stops.get(runId)?.(new Error(CANCELLED));
    const first = typePrompt(loci, 'The capital of France is');
    await settle();
    expect(stops.size).toBe(1);
    engine.estimate = async () => ({ forwards: 10, flops: 1e6, seconds: 2, isMost: false });
    await typePrompt(loci, 'The capital of Peru is');
    await first;
    expect(loci.draft.getState()).toMatchObject({ estimate: { forwards: 10 }, problem: null });
  });

  it('shows what the engine notices, does what it offers, and asks nothing while that blocks', async () => {
    const { loci, engine } = createFakeLoci();
    const half: Notice = { text: 'A half.', fix: { label: 'Extend', change: { subjectRange: [3, 5] } } };
    const short: Notice = {
      text: 'Too short.',
      blocks: true,
      fix: { label: 'Leave it out', change: { corrupted: '' } },
    };
    engine.notices = async (question) => {
      const [one] = question.cases as { corrupted?: string; subject?: { begin: number } }[];
      if (one!.corrupted !== undefined) return [short];
      return one!.subject?.begin === 3 ? [] : [half];
    };
    await typePrompt(loci, 'The capital of France is');
    await markSubject(loci, [4, 5]);
    expect(loci.draft.getState()).toMatchObject({ notices: [{ text: 'A half.' }], problem: null });
    expect(loci.draft.getState().spec).not.toBeNull();
    await setOption(loci, 'corruption', { type: 'twin' });
    expect(loci.draft.getState().hint).toBe('Causal trace needs a corrupted twin.');
    await editDraft(loci, { corruptTo: 'The capital of is' });
    expect(loci.draft.getState()).toMatchObject({ notices: [{ text: 'Too short.' }], spec: null });
    await applyNotice(loci, { corrupted: '' });
    expect(loci.draft.getState().draft).toMatchObject({
      corruptTo: '',
      options: { 'causal-trace': { corruption: BY_NOISE } },
    });
    expect(loci.draft.getState().spec).not.toBeNull();
    await applyNotice(loci, { subjectRange: [3, 5] });
    expect(loci.draft.getState()).toMatchObject({ notices: [], spec: subjectAt(3, 5) });
  });

  it('puts words into the prompt, and the subject stays where it was', async () => {
    const { loci } = createFakeLoci();
    await typePrompt(loci, 'The capital of France is');
    await markSubject(loci, [4, 5]);
    await editDraft(loci, { answer: 'New York', distractor: 'New Delhi', bos: false });
    const change = { prompt: 'The capital of France is New', answer: ' York', distractor: ' Delhi' };
    await applyNotice(loci, change);
    expect(loci.draft.getState().spec).toMatchObject({
      cases: [{ ...change, subject: { begin: 3, end: 4 } }],
      bos: false,
    });
    await applyNotice(loci, { bos: true, subject: 'capital' });
    expect(loci.draft.getState().spec).toMatchObject({ bos: true, ...subjectAt(2, 3) });
  });

  it('words refusals as the form does', async () => {
    const { loci, engine } = createFakeLoci();
    const { experiments } = await import('../../experiments/registry');
    loci.status.setState({ catalogue: experiments.map(({ kind, about }) => ({ kind, about })) });
    await typePrompt(loci, 'The capital of France is');
    await markSubject(loci, [4, 5]);
    for (const [thrown, shown] of [
      [
        'ablation: samples: wrong value, got 0, expected at least 1.',
        /^Prompts to resample from: wrong value, got 0/,
      ],
      ['ablation: the corrupted prompt: is empty.', /^The corrupted prompt: is empty\.$/],
      ['gpu: is gone.', /^gpu: is gone\.$/],
    ] as const) {
      engine.resolve = () => Promise.reject(new Error(thrown));
      await chooseQuestion(loci, 'ablation');
      expect(loci.draft.getState().problem).toMatch(shown);
    }
  });

  it('takes a fact whole, and chooses where its subject occurs twice', async () => {
    const { loci } = createFakeLoci();
    const fact = { relation: 'capital', prompt: 'The capital of Peru is', subject: 'Peru', answer: ' Lima' };
    await askFact(loci, fact);
    expect(loci.draft.getState().spec).toMatchObject({
      cases: [{ subject: { begin: 4, end: 5 }, answer: ' Lima' }],
    });
    await askFact(loci, { ...fact, prompt: 'Peru, and the capital of Peru is' });
    expect(loci.draft.getState().spec).toMatchObject(subjectAt(6, 7));
  });

  it('shows what the engine refuses', async () => {
    const { loci, engine } = createFakeLoci();
    engine.resolve = () => Promise.reject(new Error('answer: not one token.'));
    await typePrompt(loci, 'The capital of France is');
    await markSubject(loci, [4, 5]);
    expect(loci.draft.getState().problem).toBe('answer: not one token.');
    expect(loci.draft.getState().draft.prompt).toBe('The capital of France is');
  });

  it('a question that is asked with one metric only brings it along', async () => {
    const { loci } = createFakeLoci();
    const { experiments } = await import('../../experiments/registry');
    loci.status.setState({ catalogue: experiments.map(({ kind, about }) => ({ kind, about })) });
    await chooseQuestion(loci, 'graph');
    expect(loci.draft.getState().draft).toMatchObject({ kind: 'graph', metric: 'logit-diff' });
    await editDraft(loci, { metric: 'p' });
    await chooseQuestion(loci, 'ablation');
    expect(loci.draft.getState().draft.metric).toBe('p');
  });
});
