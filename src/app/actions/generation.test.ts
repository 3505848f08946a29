import { describe, expect, it } from 'vitest';
import { CANCELLED, type GeneratedToken, type GenerateRequest, type Generation } from '../../engine/api';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { createFakeLoci, settle } from '../testing';
import { generate, setGeneration, stopGenerating } from './generation';
import { typePrompt } from './question';

const { model, environment } = sampleDocument();

const token = (step: number): GeneratedToken => ({
  sequence: 0,
  step,
  id: step,
  text: ` ${step}`,
  p: 0.5,
  logit: 1,
  drawn: 1,
  top: [],
});

/** A page whose engine generates on the test's command. */
async function ready() {
  const page = createFakeLoci();
  const asked: GenerateRequest[] = [];
  let emit: (token: GeneratedToken) => void = () => undefined;
  let finish: (tokens: readonly GeneratedToken[]) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  page.engine.generate = (_, request, onToken) =>
    new Promise<Generation>((resolve, reject) => {
      asked.push(request);
      emit = (one) => onToken?.(one);
      fail = reject;
      finish = (tokens) =>
        resolve({ request, sequences: [{ tokens, text: '', stopped: 'eos' }], model, environment });
    });
  const cancelled: string[] = [];
  page.engine.cancel = async (id) => void cancelled.push(id);
  await typePrompt(page.loci, 'The capital');
  return {
    loci: page.loci,
    asked,
    cancelled,
    emit: (one: GeneratedToken) => emit(one),
    finish: (tokens: readonly GeneratedToken[]) => finish(tokens),
    fail: (error: Error) => fail(error),
    stream: () => page.loci.generation.getState().stream,
  };
}

describe('generating', () => {
  it('continues the prompt of the editor, token by token', async () => {
    const { loci, asked, emit, finish, stream } = await ready();
    const done = generate(loci);
    expect(asked).toEqual([{ tokens: [0, 1, 2], maxNew: 20, sampling: 'greedy' }]);
    emit(token(0));
    emit(token(1));
    expect(stream()).toMatchObject({ state: 'running', tokens: [token(0), token(1)] });
    // The editor may change meanwhile; the text stays with its prompt.
    await typePrompt(loci, 'Something else');
    finish([token(0), token(1), token(2)]);
    await done;
    expect(stream()).toMatchObject({ state: 'eos', tokens: [token(0), token(1), token(2)] });
    expect(stream()!.prompt.map(({ text }) => text)).toEqual(['<|endoftext|>', 'The', ' capital']);
  });

  it('draws at random with what is set; an empty top k is none', async () => {
    const { loci, asked } = await ready();
    setGeneration(loci, { choice: 'random', temperature: 0.7, topP: 0.9, seed: 4, maxNew: 3 });
    void generate(loci);
    expect(asked).toEqual([
      { tokens: [0, 1, 2], maxNew: 3, sampling: { temperature: 0.7, topP: 0.9, seed: 4 } },
    ]);
  });

  it('stops: what has come stays, nothing more is shown', async () => {
    const { loci, cancelled, emit, fail, stream } = await ready();
    const done = generate(loci);
    emit(token(0));
    await stopGenerating(loci);
    expect(cancelled).toEqual([stream()!.id]);
    emit(token(1));
    fail(new Error(CANCELLED));
    await done;
    expect(stream()).toMatchObject({ state: 'stopped', tokens: [token(0)] });
    expect(loci.generation.getState().error).toBeNull();
  });

  it('says what went wrong, and runs one at a time', async () => {
    const { loci, asked, fail, stream } = await ready();
    const done = generate(loci);
    await generate(loci);
    expect(asked).toHaveLength(1);
    fail(new Error('gpu: not enough memory.'));
    await done;
    expect(stream()).toMatchObject({ state: 'failed' });
    expect(loci.generation.getState().error).toBe('gpu: not enough memory.');
    void generate(loci);
    await settle();
    expect(asked).toHaveLength(2);
    expect(loci.generation.getState().error).toBeNull();
  });
});
