/** The question of a steering study: a direction, its site, and doses. */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { quoted } from '../../util/parse';
import { allInOrder } from '../../util/inOrder';
import { resolveAnswers } from '../common/answers';
import { gridChoices, GRIDS, hasGrid, streamNames } from '../common/grids';
import { expectThat } from '../common/parse';
import { checkRows } from '../common/placeRows';
import { promptTokens, type ResolveContext } from '../common/prompt';
import { rowsField } from '../common/rows';
import { layer, promptText, tokenIds, tracedToken } from '../common/spec';
import { amount, blank, lines, pick, vector } from '../contract/columns';
import {
  type AskedStudy,
  check,
  choice,
  type Form,
  given,
  number,
  numbers,
  resolving,
  type SpecOf,
  seed,
} from '../contract/fields';
import { MOST } from '../../util/bounds';

export const KIND = 'steering';
/** Most prompts of a probe, whose system is solved at once. */
const MOST_PROBED = 1024;

const prompt = z.object({ prompt: promptText, tokens: tokenIds }).strict();
const prompts = z.array(prompt).min(1).max(MOST.cases);

/** Mean state over `towards` minus that over `away`, at each steered layer's site. */
const means = z
  .object({
    from: z.literal('means'),
    towards: prompts,
    away: prompts,
    /** Where a prompt's state is read: its last token, or the mean over all. */
    read: z.enum(['last', 'mean']).default('last'),
  })
  .strict();
/** Weights of a linear probe between the two sets (probe.md), at each steered layer's site. */
const probe = means.extend({
  from: z.literal('probe'),
  /** The ridge's penalty. */
  lambda: z.number().positive().default(1),
});
/** The unembedding column of one token minus another's. */
const unembedding = z
  .object({ from: z.literal('unembedding'), towards: tracedToken, away: tracedToken })
  .strict();
const vectorOf = z.object({ from: z.literal('vector'), values: z.array(z.number()).min(1) }).strict();

const direction = z.discriminatedUnion('from', [means, probe, unembedding, vectorOf]);

const askedPrompts = z.array(z.union([z.string(), prompt])).min(1);
const askedToken = z.union([z.string(), tracedToken]).optional();
const askedDirection = z
  .discriminatedUnion('from', [
    means.extend({ towards: askedPrompts, away: askedPrompts }),
    probe.extend({ towards: askedPrompts, away: askedPrompts }),
    unembedding.extend({ towards: askedToken, away: askedToken }),
    vectorOf,
  ])
  .default({ from: 'unembedding' });

const sets = [
  lines('towards', 'towards, a prompt a line', 'I love this'),
  lines('away', 'away from, a prompt a line', 'I hate this'),
  pick('read', 'read at', { last: 'the last token', mean: 'all tokens, their mean' }),
];

const directionForm: Form = {
  kind: 'variant',
  label: 'Direction',
  tag: 'from',
  variants: [
    {
      value: 'unembedding',
      label: 'from one token to another, by the unembedding',
      fields: [
        blank('text', 'away', 'from (default: the distractor)'),
        blank('text', 'towards', 'to (default: the answer)'),
      ],
    },
    { value: 'means', label: 'difference of means over two sets of prompts', fields: sets },
    {
      value: 'probe',
      label: 'a linear probe between two sets of prompts',
      fields: [...sets, amount('lambda', 'penalty of the ridge', 1, { min: 0 })],
    },
    { value: 'vector', label: 'a vector', fields: [vector] },
  ],
  default: { from: 'unembedding' },
};

export const fields = {
  site: choice({ label: 'Steer the', choices: gridChoices(streamNames), default: 'resid_post' }),
  /** Each is steered separately; default: the middle one. */
  layers: resolving(
    given(z.array(layer).min(1).max(MOST.layers), {
      kind: 'numbers',
      label: 'Layers (default: the middle one)',
      default: null,
    }),
    (asked, _study, { spec }) => asked ?? [Math.floor(spec.nLayers / 2)],
  ),
  positions: rowsField('At'),
  /** Prompts become tokens; the unembedding uses the first case's answer and distractor. */
  direction: resolving(given(direction, directionForm), resolveDirection, askedDirection),
  unit: check({ label: 'Scaled to length 1', default: false }),
  /** Doses, ascending, with 0. */
  alphas: numbers({ label: 'Doses', default: [-4, -2, -1, -0.5, 0, 0.5, 1, 2, 4], min: 2, max: 200 }),
  controls: number({ label: 'Random directions beside it', default: 3, min: 0, max: 100, whole: true }),
  seed: seed('Seed', 0),
  /** Also the divergence from the unsteered run; needs whole logits. */
  kl: check({ label: 'Also the divergence from the unsteered run', default: true }),
};

export type SteeringSpec = SpecOf<typeof fields>;

async function resolveDirection(
  asked: unknown,
  { bos, cases }: AskedStudy,
  context: ResolveContext,
): Promise<unknown> {
  const way = asked as z.infer<typeof askedDirection>;
  if (way.from === 'vector') return way;
  if (way.from === 'unembedding') {
    const { prompt, tokens, ...one } = cases[0]!;
    const named = { prompt, answer: way.towards ?? one.answer, distractor: way.away ?? one.distractor };
    const { answer: towards, distractor: away } = await resolveAnswers(named, tokens, context);
    return { from: way.from, towards, away };
  }
  const prompts = (list: z.infer<typeof askedPrompts>, where: string) =>
    allInOrder(list, async (one, i) => {
      if (typeof one !== 'string') return one;
      const tokens = await promptTokens(one, `${KIND}: direction.${where}[${i}]`, bos, context);
      return { prompt: one, tokens: tokens.map(({ id }) => id) };
    });
  return { ...way, towards: await prompts(way.towards, 'towards'), away: await prompts(way.away, 'away') };
}

export function checkSteering(spec: SteeringSpec, model?: ModelSpec): void {
  const { alphas, layers, positions, direction: way } = spec;
  const ascending = alphas.every((alpha, i) => i === 0 || alpha > alphas[i - 1]!);
  expectThat(
    ascending && alphas.includes(0),
    `${KIND}: alphas`,
    alphas.join(),
    'ascending doses with 0 among them',
  );
  expectThat(new Set(layers).size === layers.length, `${KIND}: layers`, layers.join(), 'each layer once');
  checkRows(positions, spec, `${KIND}: positions`);
  if (way.from === 'vector')
    expectThat(
      way.values.some((x) => x !== 0),
      `${KIND}: direction.values`,
      'zeros only',
      'a vector with a length',
    );
  if (way.from === 'unembedding')
    expectThat(
      way.towards.id !== way.away.id,
      `${KIND}: direction.away`,
      way.away.id,
      'another token than towards',
    );
  if (way.from === 'probe') {
    const n = way.towards.length + way.away.length;
    expectThat(n <= MOST_PROBED, `${KIND}: direction`, `${n} prompts`, `at most ${MOST_PROBED} for a probe`);
  }
  if (model) checkAgainst(spec, model);
}

function checkAgainst({ site, layers, direction: way }: SteeringSpec, model: ModelSpec): void {
  const { nLayers: L, dModel: D, dVocab: V, nEmbeddings, nCtx } = model;
  const outside = layers.find((layer) => layer >= L);
  expectThat(outside === undefined, `${KIND}: layers`, outside, `layers below ${L}`);
  expectThat(hasGrid(model, site), `${KIND}: site`, quoted(site), 'a site that this model has');
  if (way.from === 'vector')
    expectThat(
      way.values.length === D,
      `${KIND}: direction.values`,
      `${way.values.length} numbers`,
      `${D}, the width of ${GRIDS[site].site(model, layers[0]!)}`,
    );
  if (way.from === 'unembedding') {
    expectThat(
      model.head !== 'classes',
      `${KIND}: direction`,
      'unembedding',
      "a direction of another kind: a class's column stands behind a dense layer",
    );
    const missing = [way.towards.id, way.away.id].find((id) => id >= V);
    expectThat(missing === undefined, `${KIND}: direction`, `token id ${missing}`, `ids below ${V}`);
  }
  if (way.from === 'means' || way.from === 'probe') {
    for (const { tokens } of [...way.towards, ...way.away]) {
      const unknown = tokens.find((id) => id >= nEmbeddings);
      expectThat(
        unknown === undefined,
        `${KIND}: direction`,
        `token id ${unknown}`,
        `ids below ${nEmbeddings}`,
      );
      expectThat(tokens.length <= nCtx, `${KIND}: direction`, `${tokens.length} tokens`, `at most ${nCtx}`);
    }
  }
}
