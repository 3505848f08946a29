import { expect, it } from 'vitest';
import type { ResultDocument } from './document';
import { sampleDocument } from './testing/sampleDocument';
import { unreachedRows } from './unreached';

const sample = (change: Partial<ResultDocument> = {}): ResultDocument => {
  const document = sampleDocument({ T: 40, L: 6, begin: 29 });
  return { ...document, model: { ...document.model, family: 'gpt2' }, ...change };
};
const found = (document: ResultDocument) => unreachedRows(document, document.figures[0]!);

it('finds the tokens before the subject of a decoder, in every map by position', () => {
  const document = sample();
  const maps = document.figures.filter(({ axes }) => axes.at(-2)?.name === 'position');
  expect(maps.length).toBeGreaterThan(2);
  for (const figure of maps)
    expect(unreachedRows(document, figure)).toEqual({ count: 29, where: 'before the subject' });
});

it('of a twin counts up to the first token that differs', () => {
  const document = sample();
  const { spec } = document;
  const ids = spec.tokens as number[];
  const twin = ids.map((id, at) => (at === 31 ? id + 1 : id));
  const corrupted = { ...spec, corruption: { type: 'tokens', tokens: twin } };
  expect(found({ ...document, spec: corrupted })).toBeNull();
  // Rows 29 and 30 have an effect in this sample: what was measured must agree.
  const later = ids.map((id, at) => (at === 20 ? id + 1 : id));
  const earlier = { ...spec, corruption: { type: 'tokens', tokens: later } };
  expect(found({ ...document, spec: earlier })).toEqual({ count: 20, where: 'before the first change' });
});

it('finds none where tokens see later ones, where the family is unknown, and where numbers differ', () => {
  const document = sample();
  const of = (family: string | undefined) => found(sample({ model: { ...document.model, family } }));
  expect(of('bert')).toBeNull();
  expect(of('xlm-roberta')).toBeNull();
  expect(of(undefined)).toBeNull();
  expect(found(sample({ kind: 'ablation' }))).toBeNull();
  const [first, ...rest] = document.figures;
  const values = first!.values.map((value, cell) => (cell === 3 ? value! + 0.2 : value));
  expect(found(sample({ figures: [{ ...first!, values }, ...rest] }))).toBeNull();
});
