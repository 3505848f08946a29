/** Notices and answers with published tokenizers. */
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../load/tokenizer';
import { publishedTokenizer } from '../../load/testing/published';
import { gpt2Spec } from '../../model/testing';
import { following, resolveAnswer } from './answer';
import { withCases } from '../trace/flat';
import { noticesOf as noticesOfCases } from './notices';
import type { TypedContext } from './prompt';

const noticesOf = (question: Record<string, unknown>, _: object, context: TypedContext) =>
  noticesOfCases(withCases(question), {}, context);

function contextOf(name: string) {
  const { tokenizerJson, tokenizerConfig } = publishedTokenizer(name);
  const tokenizer = loadTokenizer(tokenizerJson, tokenizerConfig ?? undefined);
  const sizes = { nLayers: 1, nHeads: 1, dModel: 8, dMlp: 8, nCtx: 64, dVocab: tokenizer.vocabSize };
  const context: TypedContext = {
    spec: gpt2Spec(sizes),
    bosDefault: tokenizer.bosToken !== null,
    special: tokenizer.special,
    maskToken: null,
    addsSpace: tokenizer.addsSpace,
    encode: async (text) => tokenizer.encode(text),
  };
  return { tokenizer, context };
}

describe.each(['gpt2', 'llama2', 'gemma', 'qwen2_5'])('with the tokenizer of %s', (name) => {
  const { tokenizer, context } = contextOf(name);
  const prompt = 'The capital of France is';
  const told = (question: object) => noticesOf({ prompt, subject: 'France', ...question }, {}, context);
  const texts = async (question: object) => (await told(question)).map(({ text }) => text);
  const traced = (question: { prompt?: string; answer: string }) =>
    resolveAnswer({ prompt, ...question }, { ...context, decode: () => [], predict: async () => 0 });

  it('has nothing to say of a common question', async () => {
    expect(await told({ answer: 'Paris' })).toEqual([]);
    const { answer } = await traced({ answer: 'Paris' });
    const whole = tokenizer.encode(`${prompt} Paris`);
    expect(answer).toEqual({ id: whole.at(-1)!.id });
  });

  it('says what is traced of several tokens, and the offer leaves one less', async () => {
    const [notice] = await told({ answer: 'San Marino' });
    expect(notice!.text).toBe("You typed 'San Marino'; its first token, 'San', is traced.");
    expect(notice!.fix!.change).toMatchObject({ prompt: `${prompt} San`, answer: ' Marino' });
  });

  it.each([
    ['日本の首都は', '東京'],
    ['ประเทศไทยมีเมืองหลวงคือ', 'กรุงเทพ'],
  ])('goes on without a space where the script has none: %s', async (asked, answer) => {
    const own = tokenizer.encode(asked);
    const both = tokenizer.encode(asked + answer);
    const goesOn = own.every(({ id }, i) => id === both[i]!.id);
    const { tokens } = await following(answer, asked, context);
    expect(tokens[0]!.text.trim()).not.toBe('');
    if (goesOn) expect(tokens.map(({ id }) => id)).toEqual(both.slice(own.length).map(({ id }) => id));
    expect((await traced({ prompt: asked, answer })).answer.id).toBe(tokens[0]!.id);
  });

  it('names the character of which a token is a part, and shows bytes', async () => {
    const asked = 'The 👩‍🚀 of 🦩 is';
    const tokens = tokenizer.encode(asked);
    expect(tokens.map(({ text }) => text).join('')).not.toContain('\ufffd');
    const bird = await noticesOf({ prompt: asked, subject: '🦩', bos: false }, {}, context);
    expect(bird).toEqual([]);
    const at = tokens.findLastIndex(({ text }) => /<0x..>$/.test(text));
    if (at < 0) return;
    const half = await noticesOf({ prompt: asked, subjectRange: [at, at + 1], bos: false }, {}, context);
    expect(half).toMatchObject([{ text: "The subject holds only a part of '🦩'." }]);
  });

  it('finds a subject in another Unicode form, and offers one with other spaces', async () => {
    const decomposed = await noticesOf({ prompt: 'Cafe\u0301 Noir is', subject: 'Café Noir' }, {}, context);
    expect(decomposed).toMatchObject([{ fix: { change: { subject: 'Cafe\u0301 Noir' } } }]);
    const spaced = await noticesOf({ prompt: 'Costa\u00a0Rica is', subject: 'Costa Rica' }, {}, context);
    expect(spaced).toMatchObject([{ blocks: true, fix: { change: { subject: 'Costa\u00a0Rica' } } }]);
  });

  it('says that a space at the end, or BOS that is typed, is one too many', async () => {
    expect(await texts({ prompt: `${prompt} ` })).toEqual([
      'The prompt ends in a space, which most tokens of words hold themselves.',
    ]);
    const bos = tokenizer.special.prefix[0]?.text;
    if (bos === undefined) return;
    expect((await texts({ prompt: `${bos}${prompt}`, bos: true }))[0]).toBe(
      `The prompt begins with '${bos}' already, and it is added once more.`,
    );
  });
});
