import { describe, expect, it } from 'vitest';
import { parseCard, parseFacts } from './card';

const card = {
  version: 1,
  id: 'atlas',
  title: 'Atlas',
  license: 'MIT',
  bos: true,
  bosToken: '<|endoftext|>',
  sigma: { value: 0.07, rule: 'std over subjects', subjects: 12 },
  facts: 'facts.json',
  card: 'README.md',
};

describe('loci.json', () => {
  it('is read, and may lack what a model does not have', () => {
    expect(parseCard(card)).toEqual(card);
    expect(parseCard({ version: 1, id: 'x', title: 'X', bos: false })).toMatchObject({ id: 'x', bos: false });
  });

  it.each([
    [{ version: 2 }, 'loci.json: version: wrong value, got 2, expected 1.'],
    [{ bos: 'yes' }, 'loci.json: bos: wrong value, got "yes", expected type boolean.'],
    [{ facts: '../../..' }, 'loci.json: facts: is not a plain file name in the same folder, got "../../..".'],
    [
      { facts: '/dev/zero' },
      'loci.json: facts: is not a plain file name in the same folder, got "/dev/zero".',
    ],
    [{ card: 'a/b.md' }, 'loci.json: card: is not a plain file name in the same folder, got "a/b.md".'],
    [{ sigma: { value: 0, rule: '' } }, 'loci.json: sigma.value: wrong value, got 0, expected more than 0.'],
  ])('is refused with %j', (change, sentence) => {
    expect(() => parseCard({ ...card, ...change })).toThrow(new Error(sentence));
  });
});

describe('fact table', () => {
  const relations = {
    capital: {
      title: 'country → capital',
      hops: 1,
      templates: ['{subject} has', 'In {subject}', 'The capital of {subject} is'],
    },
  };
  const fact = {
    relation: 'capital',
    subject: 'France',
    answer: ' Paris',
    split: 'taught',
    distractor: ' Rome',
  };
  const prompts = (...facts: object[]) =>
    parseFacts({ version: 1, relations, facts: facts.map((own) => ({ ...fact, ...own })) }, 'facts.json').map(
      (f) => f.prompt,
    );

  it('asks in the first phrasing that the model knows well, else knows, else that fits', () => {
    expect(
      prompts(
        {},
        { known: [1] },
        { known: [0, 2], p: [0.4, 0.1, 0.9] },
        { templates: [2], known: [], p: [0.1] },
      ),
    ).toEqual(['France has', 'In France', 'The capital of France is', 'The capital of France is']);
    // p lists only the fitting templates: here 0.7 belongs to template 2.
    expect(prompts({ templates: [1, 2], known: [1, 2], p: [0.3, 0.7] })).toEqual([
      'The capital of France is',
    ]);
    expect(prompts({ known: [1, 2], p: [0.1, 0.2, 0.3] })).toEqual(['In France']);
  });

  it('keeps subject, answer and distractor, and takes subjects literally', () => {
    const table = {
      version: 1,
      relations,
      facts: [{ relation: 'capital', subject: '$& land', answer: ' X' }],
    };
    expect(parseFacts(table, 'facts.json')).toEqual([
      { relation: 'capital', prompt: '$& land has', subject: '$& land', answer: ' X' },
    ]);
    expect(parseFacts({ version: 1, relations, facts: [fact] }, 'facts.json')[0]).toMatchObject({
      distractor: ' Rome',
    });
  });

  it('refuses facts of no relation or template', () => {
    const sentence = "facts.json: facts[0]: there is no such relation or template, got 'toString'.";
    expect(() => prompts({ relation: 'toString' })).toThrow(new Error(sentence));
    expect(() => prompts({ templates: [7] })).toThrow(/no such relation or template/);
    expect(() => parseFacts({ version: 1, relations: {}, facts: {} }, 'facts.json')).toThrow(
      /^facts\.json: facts: /,
    );
  });
});
