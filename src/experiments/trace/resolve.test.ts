import { describe, expect, it } from 'vitest';
import golden from '../../../reference/tokenizer/golden.json';
import { loadTokenizer } from '../../load/tokenizer';
import { gpt2Spec } from '../../model/testing';
import type { ResolveContext } from '../common/prompt';
import { withCases } from './flat';
import { resolveQuestion } from './resolve';

const BOS = '<|endoftext|>';
const tokenizer = loadTokenizer(golden.tokenizer, { bos_token: BOS });
const model = gpt2Spec({ nLayers: 6, nHeads: 2, dModel: 8, dMlp: 32, nCtx: 24, dVocab: 400 });
const id = (text: string): number => {
  const tokens = tokenizer.encode(text);
  expect(tokens, `'${text}' as one token`).toHaveLength(1);
  return tokens[0]!.id;
};
const context: ResolveContext = {
  model: { id: 'tiny', revision: 'local' },
  spec: model,
  bosDefault: true,
  special: { prefix: [tokenizer.bosToken!], suffix: [] },
  maskToken: null,
  addsSpace: false,
  sigma: { value: 0.5 },
  lens: null,
  encode: async (text) => tokenizer.encode(text),
  decode: (ids) => ids.map(tokenizer.decode),
  readSet: async () => '[]',
  predict: async () => id(' Paris'),
};
const prompt = 'The capital of Niger is';
const resolve = async (question: object, change: Partial<ResolveContext> = {}) =>
  resolveQuestion(withCases({ prompt, subject: 'Niger', ...question }), { ...context, ...change });
const without = async (question: object) => resolveQuestion(withCases({ prompt, ...question }), context);
const spelled = (tokens: number[], { begin, end }: { begin: number; end: number }) =>
  tokens.slice(begin, end).map(tokenizer.decode).join('');

describe('a question with defaults', () => {
  it('becomes a spec that says everything in numbers', async () => {
    const spec = await resolve({});
    const ids = tokenizer.encode(prompt).map((token) => token.id);
    expect(spec).toEqual({
      version: 1,
      kind: 'causal-trace',
      model: { id: 'tiny', revision: 'local' },
      prompt,
      bos: true,
      tokens: [0, ...ids],
      subject: { begin: 4, end: spec.tokens.length - 1 },
      answer: { id: id(' Paris') },
      corruption: {
        type: 'noise',
        rule: 's3',
        sigma: 0.5,
        factor: 3,
        samples: 10,
        seed: 1,
        stream: 'mt19937-polar',
      },
      metric: 'p',
      direction: 'restore',
      kinds: ['hidden', 'mlp', 'attn'],
      window: {
        rule: 'depth',
        size: 1,
        layers: [
          [0, 1],
          [1, 2],
          [2, 3],
          [3, 4],
          [4, 5],
          [5, 6],
        ],
      },
      groups: [],
    });
    expect(spelled(spec.tokens, spec.subject)).toBe(' Niger');
  });

  it('asks the model with BOS where the spec has one, and follows bos off', async () => {
    const asked: number[][] = [];
    const predict = async (tokens: readonly number[]) => asked.push([...tokens]);
    const on = await resolve({}, { predict });
    const off = await resolve({ bos: false }, { predict });
    expect(asked).toEqual([on.tokens, off.tokens]);
    expect(off.tokens).toEqual(on.tokens.slice(1));
    expect(off.subject.begin).toBe(on.subject.begin - 1);
    await expect(resolve({}, { special: { prefix: [], suffix: [] } })).rejects.toThrow(
      'bos: this model has no BOS token, got bos on',
    );
  });

  it('does not ask the model if the answer is given', async () => {
    const predict = () => Promise.reject(new Error('asked'));
    await expect(resolve({ answer: 'Paris' }, { predict })).resolves.toMatchObject({
      answer: { id: id(' Paris') },
    });
  });
});

describe('a question of a file', () => {
  it('is the same with cases and without', async () => {
    const cases = [{ prompt, subject: 'Niger', answer: 'Paris' }];
    const corruption = { type: 'noise', samples: 4 };
    const spec = await resolveQuestion({ cases, corruption, window: 3 }, context);
    expect(await resolve({ answer: 'Paris', samples: 4, window: 3 })).toEqual(spec);
  });

  it.each<[object, string]>([
    [{ subjectRange: 3 }, 'trace: cases[0].subject: wrong value, got 3'],
    [{ answer: 3 }, 'trace: cases[0].answer: wrong value, got 3'],
    [{ subject: 'Niger', samples: 'x' }, 'trace: corruption: wrong value'],
    [{ subject: 'Niger', promt: 'x' }, 'trace: unknown field, got "promt".'],
  ])('%j is refused', async (question, sentence) => {
    await expect(without(question)).rejects.toThrow(sentence);
  });

  it('is about one prompt', async () => {
    await expect(resolveQuestion({ cases: [{ prompt }, { prompt }] }, context)).rejects.toThrow(
      'trace: is about one prompt, got 2, expected one. Ask for an average trace of several.',
    );
  });
});

describe('prompt', () => {
  it.each([[''], ['  \n']])('%j is refused', async (empty) => {
    await expect(resolve({ prompt: empty })).rejects.toThrow(/^trace: the prompt: is empty/);
  });

  it('may fill the context and not exceed it', async () => {
    const length = 1 + tokenizer.encode(prompt).length;
    await expect(resolve({}, { spec: { ...model, nCtx: length } })).resolves.toBeDefined();
    await expect(resolve({}, { spec: { ...model, nCtx: length - 1 } })).rejects.toThrow(
      new Error(
        `trace: the prompt: is too long for this model, got ${length} tokens, expected at most ${length - 1}. Take 1 token away.`,
      ),
    );
  });
});

describe('subject', () => {
  const of = async (text: string, subject: string) => {
    const spec = await resolve({ prompt: text, subject });
    const marked = tokenizer.encode(text).slice(spec.subject.begin - 1, spec.subject.end - 1);
    const bytes = new TextEncoder().encode(text).subarray(marked[0]!.bytes![0], marked.at(-1)!.bytes![1]);
    return [spec.subject.begin, spec.subject.end, new TextDecoder().decode(bytes)];
  };

  it('takes the leading space of its first token, wherever it stands', async () => {
    expect(await of('Paris is the capital of', 'Paris')).toEqual([
      1,
      1 + tokenizer.encode('Paris').length,
      'Paris',
    ]);
    expect((await of('The capital of Paris is', ' Paris '))[2]).toBe(' Paris');
    expect((await of('The capital of', 'The capital of'))[2]).toBe('The capital of');
  });

  it('is found on bytes, also behind and inside characters of several tokens', async () => {
    expect((await of('日本 is Côte d’Ivoire', 'Côte d’Ivoire'))[2]).toBe('Côte d’Ivoire');
    expect(await of('日本 is', '本')).toEqual([4, 7, '本']);
  });

  it('may be a later occurrence, if that is asked for', async () => {
    const text = 'Niger is in Niger. The capital of Niger';
    const first = await of(text, 'Niger#1');
    const third = await of(text, 'Niger#3');
    expect(first[0]).toBe(1);
    expect(third[1]).toBe(1 + tokenizer.encode(text).length);
    await expect(of(text, 'Niger#4')).rejects.toThrow(
      'subject: there is no such occurrence, got #4, expected one of #1 at',
    );
    await expect(of(text, 'Niger#0')).rejects.toThrow('got #0');
  });

  it('that occurs twice is listed, not guessed', async () => {
    const text = 'Paris is of Paris';
    await expect(of(text, 'Paris')).rejects.toThrow(
      /^trace: subject: 'Paris' occurs 2 times, got no choice between #1 at tokens 1,\d+ \('Paris'\), #2 at tokens \d+,\d+ \(' Paris'\)\. Ask for 'Paris#2', or give the token range\.$/,
    );
  });

  it("whose own name ends in '#2' is taken literally", async () => {
    expect((await of('The C#2 of C is', 'C#2'))[2]).toBe('C#2');
  });

  it('that a token straddles is refused, naming the token', async () => {
    await expect(of('The capital of', 'cap')).rejects.toThrow(
      new Error(
        "trace: subject: the token ' capital' holds more than the subject, got 'cap', expected whole tokens. " +
          "Extend the subject to 'capital', or give the token range 2,3.",
      ),
    );
    await expect(of('The capital of', 'ital of')).rejects.toThrow(
      "the token ' capital' holds more than the subject",
    );
    await expect(of('日本', '\ufffd')).rejects.toThrow('is not in the prompt');
  });

  it.each([
    [{ subject: '' }, 'subject: is empty, expected words of the prompt.'],
    [{ subject: '  ' }, 'subject: is empty'],
    [
      { subject: 'Chad' },
      `subject: is not in the prompt, got 'Chad', expected words of '${prompt}'. Copy it`,
    ],
    [{ subject: 'niger' }, "The prompt has 'Niger'."],
    [{ subject: 'Niger', subjectRange: [1, 2] }, "subject: is given twice, got 'Niger' and a range"],
  ])('%j is refused', async (question, sentence) => {
    await expect(resolve(question)).rejects.toThrow(sentence);
  });

  it('is needed for noise', async () => {
    await expect(without({})).rejects.toThrow('subject: is missing, got none, expected words of the prompt.');
  });
});

describe('subject range', () => {
  const range = (begin: number, end: number, bos = true) => without({ subjectRange: [begin, end], bos });

  it('is taken as it is, to the ends of the prompt', async () => {
    const T = (await range(1, 2)).tokens.length;
    expect((await range(1, T)).subject).toEqual({ begin: 1, end: T });
    expect((await range(0, 1, false)).subject).toEqual({ begin: 0, end: 1 });
    await expect(range(1, T + 1)).rejects.toThrow(`expected begin,end with 1 <= begin < end <= ${T}.`);
  });

  it.each([
    [2, 2],
    [3, 1],
  ])('%s,%s is refused', async (begin, end) => {
    await expect(range(begin, end)).rejects.toThrow(
      `subject range: wrong positions, got ${begin},${end}, expected`,
    );
  });

  it.each([
    [-1, 2],
    [1.5, 2],
    [1, NaN],
  ])('%s,%s is refused: no positions', async (begin, end) => {
    await expect(range(begin, end)).rejects.toThrow(/^trace: cases\[0\]\.subject.*: wrong value, got /);
  });

  it('has no BOS in it', async () => {
    await expect(range(0, 2)).rejects.toThrow(
      'subject range: holds <|endoftext|>, which is not of the prompt, got 0,2, expected a begin of at least 1.',
    );
  });
});

describe('answer and distractor', () => {
  it('takes a text as what follows the prompt', async () => {
    expect((await resolve({ answer: 'Paris' })).answer).toEqual({ id: id(' Paris') });
    expect((await resolve({ answer: ' Paris' })).answer).toEqual({ id: id(' Paris') });
    expect((await resolve({ answer: '.' })).answer).toEqual({ id: id('.') });
  });

  it('traces the first of several tokens, and says what was typed', async () => {
    const first = tokenizer.encode(' Niamey the')[0]!.id;
    expect((await resolve({ answer: 'Niamey the' })).answer).toEqual({ id: first, typed: 'Niamey the' });
    const { distractor } = await resolve({ answer: 'Paris', distractor: 'Seattle xyz' });
    expect(distractor).toEqual({ id: tokenizer.encode(' Seattle xyz')[0]!.id, typed: 'Seattle xyz' });
  });

  it.each([
    [{ answer: 'Paris', distractor: 'Paris' }, "got ' Paris' for both"],
    [
      { answer: 'Paris a', distractor: 'Paris b' },
      "begins with the same token as the answer, got ' Paris' for both",
    ],
    [{ distractor: 'Paris' }, "got ' Paris' for both"],
    [{ answer: '' }, "answer: is empty, got '', expected a word."],
    [{ answer: 'Paris', distractor: ' ' }, "distractor: is empty, got ' ', expected a word."],
    [{ metric: 'logit-diff' }, 'trace: distractor: wrong value, got nothing, expected a second answer'],
    [{ metric: 'loss' }, 'trace: metric: wrong value, got "loss", expected "p" or "logprob"'],
  ])('%j is refused', async (question, sentence) => {
    await expect(resolve(question)).rejects.toThrow(sentence);
  });

  it('has a logit difference with a distractor', async () => {
    await expect(resolve({ metric: 'logit-diff', distractor: 'of' })).resolves.toMatchObject({
      metric: 'logit-diff',
    });
  });
});

describe('noise', () => {
  it.each([
    ['s3', 's3', 0.5, 3],
    ['s0', 's0', 0.5, 0],
    [' s1.5 ', 's1.5', 0.5, 1.5],
    ['0.1', '0.1', 0.1, 1],
    ['.25', '.25', 0.25, 1],
    ['1e-3', '1e-3', 0.001, 1],
    ['0', '0', 0, 1],
  ])('%j is %s', async (noise, rule, sigma, factor) => {
    expect((await resolve({ noise })).corruption).toMatchObject({ rule, sigma, factor });
  });

  it.each(['', 's', 'sigma', '-1', 's-3', 'm', 't5', '1,5', 'Infinity'])('%j is refused', async (noise) => {
    await expect(resolve({ noise })).rejects.toThrow(`noise: cannot be read, got '${noise}', expected 's3'`);
  });

  it('needs a number where the embeddings have no spread', async () => {
    await expect(resolve({}, { sigma: null })).rejects.toThrow(
      "noise: this model's embeddings have no spread to measure sigma by, got 's3'",
    );
    await expect(resolve({ noise: '0.1' }, { sigma: null })).resolves.toBeDefined();
  });

  it('takes samples and seed within bounds', async () => {
    const { corruption } = await resolve({ samples: 1, seed: 0xffffffff });
    expect(corruption).toMatchObject({ samples: 1, seed: 0xffffffff });
    await expect(resolve({ samples: 0 })).rejects.toThrow(
      'trace: corruption.samples: wrong value, got 0, expected at least 1.',
    );
    await expect(resolve({ seed: -1 })).rejects.toThrow(
      'trace: corruption.seed: wrong value, got -1, expected at least 0.',
    );
  });
});

describe('another prompt', () => {
  it('of as many tokens replaces the corruption; the subject is what differs, unless marked', async () => {
    const other = 'The Niger of Paris is';
    const spec = await without({ corruptTo: other });
    expect(spec.corruption).toEqual({
      type: 'tokens',
      tokens: [0, ...tokenizer.encode(other).map((token) => token.id)],
    });
    expect(spec.subject).toEqual({ begin: 2, end: 5 });
    expect((await resolve({ corruptTo: other })).subject).toEqual({ begin: 4, end: 5 });
    await expect(without({ corruptTo: 'The capital of Paris' })).rejects.toThrow(
      expect.objectContaining({
        message:
          'trace: the corrupted prompt: has another number of tokens, got 5, expected 6: ' +
          "'Paris' is 1 token, 'Niger is' is 2 tokens. Choose words of as many tokens.",
      }),
    );
  });

  it('must differ and must not be empty', async () => {
    await expect(without({ corruptTo: prompt })).rejects.toThrow(
      'trace: the corrupted prompt: is the same, got ',
    );
    await expect(without({ corruptTo: ' ' })).rejects.toThrow('trace: the corrupted prompt: is empty');
  });
});

describe('kinds, groups and window', () => {
  it('leave the MLPs out where the model has none', async () => {
    const noMlp = { spec: { ...model, dMlp: 0 } };
    expect((await resolve({}, noMlp)).kinds).toEqual(['hidden', 'attn']);
    await expect(resolve({ kinds: ['mlp'] }, noMlp)).rejects.toThrow(
      "kinds: this model has no MLPs, got 'mlp', expected some of hidden, attn.",
    );
  });

  it('are put in order, once each', async () => {
    expect((await resolve({ kinds: ['attn', 'hidden', 'attn'] })).kinds).toEqual(['hidden', 'attn']);
    const spec = await resolve({ groups: ['subject', 'all', 'subject'], window: 'rome' });
    const rows = spec.tokens.map((_, t) => t);
    expect(spec.groups).toEqual([
      { name: 'subject', rows: rows.slice(spec.subject.begin, spec.subject.end) },
      { name: 'all', rows },
    ]);
    expect(spec.window.size).toBe(10);
  });

  it.each([
    [{ kinds: ['head'] }, 'trace: kinds[0]: wrong value, got "head", expected "hidden" or "mlp" or "attn".'],
    [{ kinds: [] }, 'trace: kinds: wrong value, got [], expected at least 1 entries.'],
    [{ groups: ['toString'] }, "groups: unknown, got 'toString', expected some of subject, all."],
    [{ window: 0 }, 'window: wrong size, got 0'],
  ])('%j is refused', async (question, sentence) => {
    await expect(resolve(question)).rejects.toThrow(sentence);
  });
});

describe('an encoder', () => {
  const mask = { id: 1, text: '[MASK]' };
  const around = { prefix: [{ id: 0, text: '[CLS]' }], suffix: [{ id: 2, text: '[SEP]' }] };
  const encoder = { special: around, maskToken: mask, spec: { ...model, head: 'mlm' as const } };

  it('is asked for the mask, between [CLS] and [SEP]', async () => {
    const encode = async (text: string) =>
      text.includes('[MASK]')
        ? [...tokenizer.encode(prompt), { ...mask, bytes: [22, 28] as const, isBos: false }]
        : tokenizer.encode(text);
    const spec = await resolve({ prompt: `${prompt}[MASK]` }, { ...encoder, encode });
    expect([spec.tokens[0], spec.tokens.at(-1)]).toEqual([0, 2]);
    expect(spec.tokens[spec.answerRow!]).toBe(1);
    expect(spec.answerRow).toBe(spec.tokens.length - 2);
  });

  it('is refused without one mask, and without an unembedding', async () => {
    await expect(resolve({}, encoder)).rejects.toThrow(
      'prompt: an encoder fills in one masked word, got 0, expected one [MASK] in the prompt.',
    );
    await expect(resolve({}, { spec: { ...model, head: 'none', dVocab: 0 } })).rejects.toThrow(
      /^answer: this model has no unembedding/,
    );
  });
});
