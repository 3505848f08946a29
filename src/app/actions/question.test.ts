import { describe, expect, it } from 'vitest';
import { createFakeLoci } from '../testing';
import { askFact, chooseQuestion, editDraft, markSubject, typePrompt } from './question';

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
    expect(spec).toMatchObject({ subjectRange: [4, 5] });
    expect([problem, hint]).toEqual([null, null]);
    // It is a choice, not a mark: it moves on as the prompt is typed.
    expect(loci.draft.getState().draft.subject).toBeNull();
    await typePrompt(loci, 'The capital of France and of Peru is');
    expect(loci.draft.getState().spec).toMatchObject({ subjectRange: [7, 8] });
    await typePrompt(loci, '   ');
    expect(loci.draft.getState().spec).toBeNull();
  });

  it('is resolved and estimated once the subject is marked, which then follows edits', async () => {
    const { loci } = createFakeLoci();
    await typePrompt(loci, 'The capital of France is');
    await markSubject(loci, [4, 5]);
    expect(loci.draft.getState().spec).toMatchObject({ subjectRange: [4, 5] });
    expect(loci.draft.getState().estimate).toEqual({ forwards: 10, flops: 1e6, seconds: 2 });
    await typePrompt(loci, 'So the capital of France is');
    expect(loci.draft.getState().spec).toMatchObject({ subjectRange: [5, 6] });
    await editDraft(loci, { bos: false });
    expect(loci.draft.getState().spec).toMatchObject({ subjectRange: [4, 5] });
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

  it('says at once that two prompts do not align', async () => {
    const { loci } = createFakeLoci();
    await typePrompt(loci, 'The capital of France is');
    await markSubject(loci, [4, 5]);
    await editDraft(loci, { corruption: 'tokens', corruptTo: 'The capital of is' });
    expect(loci.draft.getState().problem).toBe(
      'The other prompt has 5 tokens, this one has 6. Make them equally long.',
    );
    await editDraft(loci, { corruptTo: 'The capital of Japan is' });
    expect(loci.draft.getState().problem).toBeNull();
    expect(loci.draft.getState().spec).toMatchObject({ corruptTo: 'The capital of Japan is' });
  });

  it('takes a fact whole, and chooses where its subject occurs twice', async () => {
    const { loci } = createFakeLoci();
    const fact = { relation: 'capital', prompt: 'The capital of Peru is', subject: 'Peru', answer: ' Lima' };
    await askFact(loci, fact);
    expect(loci.draft.getState().spec).toMatchObject({ subjectRange: [4, 5], answer: ' Lima' });
    await askFact(loci, { ...fact, prompt: 'Peru, and the capital of Peru is' });
    expect(loci.draft.getState().spec).toMatchObject({ subjectRange: [6, 7] });
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
