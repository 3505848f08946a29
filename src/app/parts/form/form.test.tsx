/** Every experiment's form, rendered without a browser. */
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { experiments } from '../../../experiments/registry';
import { builtinContext } from '../../../experiments/testing/builtin';
import type { Option } from '../../../experiments/experiment';
import { createLoci } from '../../loci';
import { LociContext } from '../../context';
import { createFakeEngine, MODEL, NO_NETS } from '../../testing';
import { Form } from './Form';
import { begun } from './row';

function drawn(kind: string, own: Readonly<Record<string, unknown>>): string {
  const loci = createLoci({ engine: createFakeEngine(), nets: NO_NETS }, () => true);
  const { draft, status } = loci;
  status.setState({ model: MODEL, catalogue: experiments });
  draft.setState({ draft: { ...draft.getState().draft, kind, options: { [kind]: own } } });
  // Rendered once, a store shows its initial state.
  for (const store of [draft, status]) Object.assign(store, { getInitialState: store.getState });
  return renderToStaticMarkup(
    <LociContext.Provider value={loci}>
      <Form />
    </LociContext.Provider>,
  );
}

const text = (html: string) => html.replaceAll('&#x27;', "'").replaceAll('&amp;', '&');
const cases = experiments.flatMap(({ kind, about }) =>
  about.options?.length ? [[kind, about.options] as const] : [],
);

describe('the form of', () => {
  it.each(cases)('%s shows every field that its spec has', (kind, options) => {
    for (const { label, only = {} } of options) {
      const shown = Object.fromEntries(Object.entries(only).map(([name, [value]]) => [name, value]));
      expect(text(drawn(kind, shown))).toContain(label);
    }
  });

  it.each(cases)('%s shows rows and variants with all of their fields', (kind, options) => {
    const filled = options.flatMap((option): [string, Option, unknown][] => {
      if (option.kind === 'rows') return [[option.name, option, [begun(option.columns)]]];
      if (option.kind !== 'variant') return [];
      const { value, fields } = option.variants.find((variant) => variant.fields.length > 0)!;
      return [[option.name, option, { [option.tag]: value, ...begun(fields) }]];
    });
    const html = text(drawn(kind, Object.fromEntries(filled.map(([name, , value]) => [name, value]))));
    for (const [, option] of filled) {
      if (option.kind !== 'rows') continue;
      expect(html).toContain(`Remove this ${option.each}`);
      for (const { label, only } of option.columns) if (!only) expect(html).toContain(label);
    }
  });
});

const context = await builtinContext('atlas');
/** What a new row lacks until the user fills it in. */
const CHOSEN: Readonly<Record<string, object>> = {
  receivers: { layer: 2 },
  cuts: { senders: ['m0'], receiver: 'logits' },
  items: { documents: ['France is a country.'], question: ' The capital of France is', answer: ' Paris' },
  reference: { prompts: ['The capital of Spain is'] },
  direction: { from: 'means', towards: ['The capital of Spain is'], away: ['The capital of Japan is'] },
};

it.each(cases)(
  '%s: a question with a new row in each of its lists is one that can be asked',
  async (kind, options) => {
    const one = {
      prompt: 'The capital of France is',
      subject: 'France',
      corrupted: 'The capital of Norway is',
      answer: ' Paris',
      distractor: ' Oslo',
    };
    const asked = options.flatMap((option): [string, unknown][] => {
      const chosen = CHOSEN[option.name];
      if (option.kind === 'rows') return [[option.name, [{ ...begun(option.columns), ...chosen }]]];
      if (option.kind !== 'variant') return [];
      const { value, fields } = option.variants.find((variant) => variant.fields.length > 0)!;
      return [[option.name, { [option.tag]: value, ...begun(fields), ...chosen }]];
    });
    if (asked.length === 0) return;
    const experiment = experiments.find((other) => other.kind === kind)!;
    const spec = await experiment.resolve({ kind, cases: [one], ...Object.fromEntries(asked) }, context);
    for (const [name] of asked) expect(spec[name]).toBeDefined();
  },
);

it('a resolved list is shown as it was typed', () => {
  const html = drawn('steering', {
    direction: {
      from: 'means',
      towards: [{ prompt: 'up it goes', tokens: [1] }],
      away: ['down'],
      read: 'last',
    },
  });
  expect(html).toMatch(/<textarea[^>]*>up it goes<\/textarea>/);
  expect(html).toMatch(/<textarea[^>]*>down<\/textarea>/);
});

const one = { prompt: 'The capital of France is', answer: ' Paris', distractor: ' Oslo' };
const resolved = (kind: string, asked: object) =>
  experiments
    .find((other) => other.kind === kind)!
    .resolve({ kind, cases: [{ ...one, corrupted: 'The capital of Norway is' }], ...asked }, context);
const idOf = async (text: string) => (await context.encode(text))[0]!.id;

it('tokens of a direction are typed; a resolved one is shown by its id', async () => {
  const direction = { from: 'unembedding', towards: ' Lima' };
  const [towards, away] = [{ id: await idOf(' Lima') }, { id: await idOf(' Oslo') }];
  expect(await resolved('steering', { direction })).toMatchObject({ direction: { towards, away } });
  const html = drawn('steering', { direction: { from: 'unembedding', towards, away } });
  expect(html).toContain(`placeholder="token ${towards.id}"`);
});

it('reference prompts are typed, the default until then, or the question’s own', async () => {
  const prompts = ['The capital of Spain is'];
  const typed = await resolved('ablation', { reference: { from: 'prompts', prompts } });
  expect(typed).toEqual(await resolved('ablation', { reference: prompts }));
  const begun = await resolved('ablation', { reference: { from: 'prompts' } });
  expect(begun).toEqual(await resolved('ablation', {}));
  const own = await resolved('ablation', { reference: { from: 'cases' } });
  expect(own).toEqual(await resolved('ablation', { reference: 'cases' }));
});

it('a window that a document has is shown by its rule', () => {
  const window = { rule: 'fixed', size: 2, layers: [[0, 1]] };
  const html = drawn('knockout', { window });
  expect(html).toMatch(/<option value="fixed" selected="">/);
  expect(html).toMatch(/<input[^>]*value="2"/);
  expect(html).toContain('Layers blocked together 2');
});
