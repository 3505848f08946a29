/** The question of a text-order study: items of documents, and each order's prompt and layout. */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { parseWith, quoted } from '../../util/parse';
import { allInOrder } from '../../util/inOrder';
import { expectThat } from '../common/parse';
import { promptTokens, type ResolveContext } from '../common/prompt';
import { resolveStudy } from '../common/question';
import { position, promptText, studyFields, tracedToken } from '../common/spec';
import { blank, lines } from '../contract/columns';
import { askedOnly, check, given, number, type SpecOf, seed } from '../contract/fields';
import { MOST } from '../../util/bounds';
import { cover, type PromptToken } from '../common/subject';
import type { Places } from './contribution';
import { isOrderName, namedOrder, type Permutation, permutationsOf } from './orders';

export const KIND = 'text-order';

const several = <T extends z.ZodType>(one: T) => z.array(one).min(1).max(MOST.samples);
const range = z.tuple([position, position]);
const item = z
  .object({ documents: several(promptText), gold: z.array(position).max(MOST.samples).optional() })
  .strict();
const layout = z
  .object({ permutation: several(position), documents: several(range), question: range })
  .strict();

export const fields = {
  /** Documents as given, and those that the answer needs, in reasoning order. */
  items: given(z.array(item).min(1).max(MOST.cases), {
    kind: 'rows',
    label: 'Items',
    each: 'item',
    default: null,
    columns: [
      lines('documents', 'documents, one a line', 'France is a country.'),
      ...['question', 'answer', 'distractor'].map((name) => blank('text', name)),
      blank('numbers', 'gold', 'documents that the answer needs, from 0'),
      blank('text', 'separator', 'between documents'),
      blank('text', 'label', 'label (same after the colon: one subject)'),
    ],
  }),
  /** By name; shared by all items. */
  orders: given(z.array(z.string()).min(1).max(MOST.cases), {
    kind: 'lines',
    label: 'Orders, one a line (none: all permutations)',
    default: null,
    example: 'backward',
  }),
  samples: askedOnly(
    number({ label: 'Orders of five or more documents', default: 20, min: 2, max: 100, isRare: true }),
  ),
  seed: askedOnly(seed('Seed of these orders', 1, { isRare: true })),
  /** Case i is order i % orders of item i / orders. */
  layouts: given(z.array(layout).max(MOST.cases)),
  /** Also with bidirectional attention. */
  bothWays: check({ label: 'Also with attention both ways', default: false }),
  /** Not asked: wrong answers count, too. */
  onlyKnown: given(studyFields.onlyKnown),
};

export type TextOrderSpec = SpecOf<typeof fields>;

export function checkTextOrder(spec: TextOrderSpec, model?: ModelSpec): void {
  const { items, orders, layouts, cases, onlyKnown } = spec;
  expectThat(!onlyKnown, `${KIND}: onlyKnown`, true, 'false: wrong answers count, too');
  expectThat(new Set(orders).size === orders.length, `${KIND}: orders`, orders.join(), 'each order once');
  const n = items.length * orders.length;
  expectThat(cases.length === n, `${KIND}: cases`, cases.length, `${n}, one per item and order`);
  expectThat(layouts.length === n, `${KIND}: layouts`, layouts.length, `${n}, one per item and order`);
  checkGold(items);
  for (const [i, { permutation, ...places }] of layouts.entries()) {
    const path = `${KIND}: layouts[${i}]`;
    const { documents } = items[itemOf(spec, i)]!;
    expectDifferent(permutation, documents.length, `${path}.permutation`);
    const ranges = places.documents.length;
    expectThat(ranges === permutation.length, `${path}.documents`, ranges, `${permutation.length} ranges`);
    checkPlaces(places, cases[i]!.tokens.length, path);
  }
  if (model) {
    expectThat(
      model.attention.causal && model.head === 'lm',
      `${KIND}: model`,
      `${model.family} (${model.attention.causal ? 'causal' : 'both ways'}, head: ${model.head})`,
      'a decoder, which sees no later token',
    );
  }
}

const itemOf = ({ orders }: Pick<TextOrderSpec, 'orders'>, i: number): number =>
  Math.floor(i / orders.length);

function checkGold(items: readonly Pick<AskedItem, 'documents' | 'gold'>[]): void {
  for (const [i, { documents, gold = [] }] of items.entries())
    expectDifferent(gold, documents.length, `${KIND}: items[${i}].gold`);
}

function expectDifferent(documents: readonly number[], n: number, path: string): void {
  const isRight = documents.every((d) => d < n) && new Set(documents).size === documents.length;
  expectThat(isRight, path, documents.join(), `different documents of 0..${n - 1}`);
}

function checkPlaces({ documents, question }: Places, T: number, path: string): void {
  let least = 0;
  for (const [begin, end] of [...documents, question]) {
    const expected = `ranges one after another, the question last, up to ${T}, the number of tokens`;
    expectThat(least <= begin && begin < end && end <= T, path, `${begin},${end}`, expected);
    least = end;
  }
}

/** An item as typed. */
export const askedItem = z
  .object({
    documents: several(promptText.regex(/\S/)),
    gold: several(position).optional(),
    separator: z.string().default(' '),
    /** Follows the last document, as typed. */
    question: z.string().regex(/\S/),
    answer: z.union([z.string(), tracedToken]),
    distractor: z.union([z.string(), tracedToken]).optional(),
    /** Items that share the part after a colon form one cluster. */
    label: z.string().optional(),
  })
  .strict();

type AskedItem = z.infer<typeof askedItem>;

const orderName = z
  .string()
  .refine(isOrderName, "expected given, forward, backward, 'distance 1', 'gold only' or 'remove first'");

const asked = z.looseObject({
  bos: z.boolean().optional(),
  items: z.array(askedItem).min(1).max(1000),
  set: z.unknown().optional(),
  orders: z.union([z.literal('permutations'), z.array(orderName).min(1)]).default('permutations'),
  /** Number of orders from five documents on. */
  samples: z.number().int().min(2).max(100).default(20),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
});

/** `items` of texts become one case per item and order. Rejects with one sentence. */
export async function resolveItems(json: unknown, context: ResolveContext): Promise<Record<string, unknown>> {
  if (isResolved(json)) return resolveStudy(json, KIND, context);
  // The form's prompt and set are not used.
  const { items, orders: named, samples, seed, set: _, ...question } = parseWith(asked, json, KIND);
  const bos = question.bos ?? context.bosDefault;
  checkGold(items);
  const { orders, permutations } = ordersOf(items, named, samples, seed);
  const layouts = items.flatMap((item, i) =>
    permutations(i).map((permutation) => ({ item, permutation, where: `${KIND}: items[${i}]` })),
  );
  const prompts = await allInOrder(layouts, ({ item, permutation, where }) =>
    layOut(item, permutation, where, (text) => promptTokens(text, where, bos, context)),
  );
  const cases = prompts.map(({ prompt, tokens }, i) => {
    const { answer, distractor, label } = items[itemOf({ orders }, i)]!;
    return {
      prompt,
      tokens,
      answer,
      ...(distractor === undefined ? {} : { distractor }),
      ...(label === undefined ? {} : { label }),
    };
  });
  return {
    ...(await resolveStudy({ ...question, bos, cases }, KIND, context)),
    items: items.map(({ documents, gold }) => ({ documents, ...(gold ? { gold } : {}) })),
    orders,
    layouts: prompts.map(({ layout }) => layout),
  };
}

const isResolved = (json: unknown): boolean => json !== null && typeof json === 'object' && 'layouts' in json;

/** The orders' names, and each item's permutations. Throws one sentence. */
function ordersOf(
  items: readonly AskedItem[],
  named: 'permutations' | readonly string[],
  samples: number,
  seed: number,
): { orders: string[]; permutations: (item: number) => readonly Permutation[] } {
  if (named !== 'permutations') {
    const permutations = items.map(({ documents, gold }, i) =>
      named.map((name) => namedOrder(name, documents.length, gold ?? [], `${KIND}: items[${i}]`)),
    );
    return { orders: [...named], permutations: (item) => permutations[item]! };
  }
  const n = items[0]!.documents.length;
  const other = items.findIndex(({ documents }) => documents.length !== n);
  expectThat(
    other < 0,
    `${KIND}: items[${other}].documents`,
    `${items[other]?.documents.length} documents`,
    `${n}, as many as items[0] has, for orders 'permutations'`,
  );
  const all = permutationsOf(n, samples, seed);
  return { orders: all.map((order) => order.map((d) => d + 1).join(' ')), permutations: () => all };
}

/** The prompt of one order. Rejects with one sentence if a token spans two parts. */
async function layOut(
  { documents, separator, question }: AskedItem,
  permutation: Permutation,
  where: string,
  tokenize: (text: string) => Promise<readonly PromptToken[]>,
): Promise<{ prompt: string; tokens: number[]; layout: TextOrderSpec['layouts'][number] }> {
  const utf8 = new TextEncoder();
  const ends: { text: string; bytes: [number, number] }[] = [];
  let prompt = '';
  const append = (text: string) => {
    const begin = utf8.encode(prompt).length + utf8.encode(text.slice(0, text.search(/\S/))).length;
    prompt += text;
    ends.push({ text, bytes: [begin, utf8.encode(prompt.trimEnd()).length] });
  };
  for (const [place, d] of permutation.entries()) {
    if (place > 0) prompt += separator;
    append(documents[d]!);
  }
  append(question);
  const tokens = await tokenize(prompt);
  const ranges = ends.map(({ bytes }): [number, number] => {
    const { begin, end } = cover(tokens, bytes);
    return [begin, end];
  });
  const shared = ranges.findIndex(([begin], k) => k > 0 && begin < ranges[k - 1]![1]);
  if (shared > 0) {
    const { text } = tokens[ranges[shared]![0]]!;
    throw new Error(
      `${where}: a token holds text of two parts, got ${quoted(text)} in ${quoted(ends[shared - 1]!.text)} and ${quoted(ends[shared]!.text)}, expected whole tokens. Choose another separator, or begin the question with a space.`,
    );
  }
  return {
    prompt,
    tokens: tokens.map(({ id }) => id),
    layout: { permutation: [...permutation], documents: ranges.slice(0, -1), question: ranges.at(-1)! },
  };
}
