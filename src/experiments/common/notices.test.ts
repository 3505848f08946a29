import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import golden from '../../../reference/tokenizer/golden.json';
import published from '../../../reference/tokenizer/families.json';
import { loadTokenizer } from '../../load/tokenizer';
import { gpt2Spec } from '../../model/testing';
import type { Needs } from '../experiment';
import { withCases } from '../trace/flat';
import { noticesOf, type Words } from './notices';
import type { TypedContext } from './prompt';
import { resolveAnswer } from './answer';
import { findSubject } from './subject';

const folder = new URL('../../../public/models/atlas/', import.meta.url);
const atlas = JSON.parse(readFileSync(new URL('tokenizer.json', folder), 'utf8')) as unknown;
const BOS = '<|endoftext|>';

function contextOf(file: unknown, bosToken: string, nCtx = 64): TypedContext {
  const tokenizer = loadTokenizer(file, { bos_token: bosToken });
  return {
    spec: gpt2Spec({ nLayers: 2, nHeads: 2, dModel: 8, dMlp: 32, nCtx, dVocab: tokenizer.vocabSize }),
    bosDefault: true,
    special: { prefix: [tokenizer.bosToken!], suffix: [] },
    maskToken: null,
    addsSpace: tokenizer.addsSpace,
    encode: async (text) => tokenizer.encode(text),
  };
}
const bytes = contextOf(golden.tokenizer, BOS);
const closed = contextOf(atlas, BOS);
const family = (name: string) => published.families.find((one) => one.name === name)!.tokenizer;
const pieces = contextOf(family('llama2'), '<s>');

const prompt = 'The capital of Niger is';
const told = (question: object, context = closed) =>
  noticesOf(withCases({ prompt, ...question }), { subject: 'or twin' }, context);
const texts = async (question: object, context = closed) =>
  (await told(question, context)).map(({ text }) => text);
/** The question with its first offered fix. */
const mended = async (question: object, context = closed) => {
  const asked = { prompt, ...question };
  const change: Partial<Words> = (await told(asked, context))[0]!.fix!.change;
  const { corrupted, ...words } = change;
  return { ...asked, ...words, ...(corrupted === undefined ? {} : { corruptTo: corrupted }) };
};

describe('a question without anything to notice', () => {
  it.each([
    [{}, bytes],
    [{ subject: 'Niger', answer: 'Paris' }, bytes],
    [{ subject: 'Niger', answer: ' Niamey', distractor: 'Paris' }, closed],
    [{ prompt: 'Cafe\u0301 noir is' }, bytes],
    [{ prompt: '' }, closed],
    [{ bos: true }, { ...closed, special: { prefix: [], suffix: [] } }],
    [{ cases: [{ prompt: `${BOS}a` }, { prompt: `${BOS}b` }] }, closed],
    [{ cases: [{ prompt: `${BOS}a`, tokens: [0, 0, 1] }] }, closed],
  ])('%j', async (question, context) => {
    expect(await told(question, context)).toEqual([]);
  });
});

describe('an answer of several tokens', () => {
  it('is said to be traced on its first', async () => {
    expect(await texts({ answer: 'Paris is' }, bytes)).toEqual([
      "You typed 'Paris is'; its first token, 'Paris', is traced.",
    ]);
    expect((await texts({ answer: 'Paris is', distractor: 'Niger the' }, bytes))[0]).toMatch(
      /^You typed 'Paris is' and 'Niger the'; their first tokens, 'Paris' and '\w+', are traced\.$/,
    );
  });

  it('has its first word put into the prompt, and nothing is noticed any more', async () => {
    const [notice] = await told({ answer: 'Paris is' }, bytes);
    expect(notice!.fix).toEqual({
      label: "Put 'Paris' into the prompt",
      change: { prompt: `${prompt} Paris`, answer: ' is', subjectRange: [4, 5] },
    });
    expect(await told(await mended({ answer: 'Paris town' }, bytes), bytes)).toEqual([]);
  });

  it('blocks where the distractor begins with it, and the shared words are offered', async () => {
    const asked = { answer: 'Paris in', distractor: 'Paris Niger' };
    const [notice] = await told(asked, bytes);
    expect(notice).toMatchObject({
      blocks: true,
      text: "'Paris in' and 'Paris Niger' both begin with 'Paris', so that token cannot tell them apart.",
      fix: { change: { prompt: `${prompt} Paris`, answer: ' in', distractor: ' Niger' } },
    });
    expect(await told(await mended(asked, bytes), bytes)).toEqual([]);
  });

  it('blocks where it is a lone space; the offer leads to a pair that can be told apart', async () => {
    const asked = { answer: 'Santa Ana', distractor: 'Santa Bianca', metric: 'logit-diff' };
    const [notice] = await told(asked);
    expect(notice!.blocks).toBe(true);
    expect(notice!.text).toMatch(/^'Santa Ana' begins with a lone space here \('·' /);
    expect(notice!.fix!.label).toBe("Put 'Santa' into the prompt");
    const { prompt: longer, answer, distractor } = (await mended(asked)) as unknown as Words;
    const traced = await resolveAnswer(
      { prompt: longer, answer, distractor },
      { ...closed, decode: (ids) => ids.map(String), predict: async () => 0 },
    );
    expect(traced.answer.id).not.toBe(traced.distractor!.id);
    // Does not flag the space that both words share.
    expect((await texts(await mended(asked))).join()).not.toMatch(/ends in a space|lone space/);
  });

  it('offers nothing where no words are shared', async () => {
    const [notice] = await told({ answer: 'Zyx', distractor: 'Paris' });
    expect(notice).toMatchObject({ blocks: true });
    expect(notice!.fix).toBeUndefined();
  });

  it('names the character where the token is a part of one', async () => {
    const text = (await texts({ prompt: '日本', subject: '日', answer: '東京' }, bytes)).join();
    expect(text).toBe("You typed '東京'; its first token, a part of '東', is traced.");
  });

  it('is refused in the same cases, with the words to type', async () => {
    const resolve = (answer: string, distractor: string) =>
      resolveAnswer(
        { prompt, answer, distractor },
        { ...closed, decode: (ids) => ids.map(String), predict: async () => 0 },
      );
    await expect(resolve('Santa Ana', 'Santa Bianca')).rejects.toThrow(
      /begins with a lone space, got '·' .* Put 'Santa' into the prompt: prompt 'The capital of Niger is Santa ', answer 'Ana', distractor 'Bianca'\.$/,
    );
    await expect(resolve('Zyx', 'Paris')).rejects.toThrow(/Choose another word\.$/);
  });
});

describe('a prompt', () => {
  it.each([
    ['bytes', bytes, BOS],
    ['pieces', pieces, '<s>'],
  ])('that begins with BOS gets none more (%s)', async (_, context, start) => {
    const asked = { prompt: `${start}${prompt}` };
    expect(await texts(asked, context)).toEqual([
      `The prompt begins with '${start}' already, and it is added once more.`,
    ]);
    expect(await mended(asked, context)).toMatchObject({ bos: false });
    expect(await told(await mended(asked, context), context)).toEqual([]);
  });

  it.each([' ', '  ', '\u00a0'])('that ends in %j has it taken off', async (space) => {
    const asked = { prompt: `${prompt}${space}` };
    expect((await texts(asked))[0]).toMatch(/^The prompt ends in a space,/);
    expect(await mended(asked)).toMatchObject({ prompt });
  });

  it('that is too long says by how much, and can be cut', async () => {
    const asked = { prompt: 'Niger is of Niger and the capital of Niger is' };
    const short = contextOf(golden.tokenizer, BOS, 12);
    const [notice] = await told(asked, short);
    expect(notice).toMatchObject({ blocks: true });
    const [, has, more] = /^The prompt has (\d+) tokens, (\d+) more than the 12 /.exec(notice!.text)!;
    expect(Number(has)).toBe(Number(more) + 12);
    expect(asked.prompt.endsWith(notice!.fix!.change.prompt!)).toBe(true);
    expect(await told(await mended(asked, short), short)).toEqual([]);
  });
});

describe('a subject', () => {
  const find = async (text: string, subject: string) => findSubject(text, await bytes.encode(text), subject);

  it('in another form of the same text is found, and that is said', async () => {
    const text = 'São Tome\u0301 is';
    expect(await find(text, 'São Tomé')).toEqual(await find(text, 'São Tome\u0301'));
    expect(await told({ prompt: text, subject: 'São Tomé' }, bytes)).toEqual([
      {
        text: "The prompt spells the subject 'São Tome\u0301' (U+0065 U+0301 where you typed U+00E9); that is what is hidden.",
        fix: { label: 'Use the prompt’s spelling', change: { subject: 'São Tome\u0301' } },
      },
    ]);
  });

  it.each([
    ['Costa\u00a0Rica is', 'Costa Rica', 'Costa\u00a0Rica', 'U+00A0 where you typed U+0020'],
    ["Cote d'Ivoire is", 'Cote d’Ivoire', "Cote d'Ivoire", 'U+0027 where you typed U+2019'],
    ['Ｎｉｇｅｒ is', 'Niger', 'Ｎｉｇｅｒ', 'U+FF2E where you typed U+004E'],
    ['Guinea–Bissau is', 'Guinea-Bissau', 'Guinea–Bissau', 'U+2013 where you typed U+002D'],
  ])('of look-alikes is refused with their names: %s', async (text, subject, own, names) => {
    await expect(find(text, subject)).rejects.toThrow(
      `The prompt has '${own}' (${names}). Copy it from the prompt`,
    );
    expect(await told({ prompt: text, subject }, bytes)).toMatchObject([
      { blocks: true, fix: { change: { subject: own } } },
    ]);
    expect(await texts({ prompt: text, subject: own }, bytes)).toEqual([]);
  });

  it('whose token holds more is extended to whole characters', async () => {
    const text = 'The 👩‍🚀 is';
    const split = (
      [
        [0, 3],
        [3, 9],
        [9, 15],
        [15, 18],
      ] as const
    ).map((bytes, id) => ({ id, text: '\ufffd', bytes }));
    expect(() => findSubject(text, split, '👩')).toThrow(
      "subject: one token holds more than the subject, got '👩', expected whole tokens. " +
        "Extend the subject to '👩‍🚀', or give the token range 1,3.",
    );
  });

  it('is never half a character', async () => {
    const text = 'The 👩‍🚀 of 🇳🇪 is';
    await expect(find(text, '\ud83d')).rejects.toThrow("got half of a character, expected words of '");
    await expect(find(text, '\ud83d')).rejects.toThrow("Extend it to '👩‍🚀'.");
    await expect(find(text, '\ufffd')).rejects.toThrow('Copy whole characters, or give the token range.');
    const { begin, end } = await find(text, '👩‍🚀');
    for (const subjectRange of [
      [begin + 2, end],
      [begin, begin + 2],
    ]) {
      const notices = await told({ prompt: text, subjectRange, bos: false }, bytes);
      expect(notices).toEqual([
        {
          text: "The subject holds only a part of '👩‍🚀'.",
          fix: { label: 'Take the whole character', change: { subjectRange: [begin, end] } },
        },
      ]);
    }
    expect(
      JSON.stringify(await told({ prompt: text, subjectRange: [begin, begin + 1] }, bytes)),
    ).not.toContain('\ufffd');
  });

  it('at the end of the prompt, or all of it, is said', async () => {
    expect(await texts({ prompt: 'The capital of Niger', subject: 'Niger' })).toEqual([
      'The subject ends the prompt, so its last token is also where the answer is read.',
    ]);
    expect((await texts({ prompt: 'Niger', subject: 'Niger' }))[0]).toMatch(
      /^The subject is the whole prompt/,
    );
  });

  it('that Loci chose is said to be its choice', async () => {
    expect(await texts({ prompt: 'The capital of Niger' })).toEqual([
      'The subject that Loci chose ends the prompt, so its last token is also where the answer is read.',
    ]);
    const study = { kind: 'severed', prompt: undefined, cases: [{ prompt: 'The capital of Niger' }] };
    const needs = async (all: Needs) => (await noticesOf(study, all, closed)).length;
    expect([await needs({ subject: true }), await needs({})]).toEqual([1, 0]);
  });
});

describe('a corrupted prompt of another length', () => {
  it.each([
    [{ corruptTo: 'The capital of the Central African Republic is' }, closed],
    [
      { prompt: undefined, cases: [{ prompt, corrupted: 'The capital of the Central African Republic is' }] },
      closed,
    ],
  ])('names the words', async (question, context) => {
    const [notice] = await told(question, context);
    expect(notice!.text).toMatch(
      /^The corrupted prompt has \d+ tokens, the prompt has \d+: 'the Central African Republic' is \d+ tokens, 'Niger' is 1 token\.$/,
    );
    expect(notice).toMatchObject({ blocks: true, fix: { change: { corrupted: '' } } });
  });
});

it('an answer that the prompt holds is said', async () => {
  expect(
    await texts({ prompt: 'Niamey is the city. The capital of Niger is Niamey, yes', answer: 'Niamey' }),
  ).toEqual(["The prompt holds the answer 'Niamey' itself, so the model may copy it."]);
});
