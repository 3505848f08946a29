/** The question of a steering study: a direction, where it is added, and how much of it. */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { parseWith, quoted } from '../../util/parse';
import { allInOrder } from '../../util/inOrder';
import { GRIDS, hasGrid, streamNames } from '../common/grids';
import { expectThat, parseStudy } from '../common/parse';
import { checkRows } from '../common/placeRows';
import { promptTokens, type ResolveContext } from '../common/prompt';
import { resolveStudy } from '../common/question';
import { namedRows } from '../common/rows';
import { layer, promptText, studyFields, tokenIds, tracedToken } from '../common/spec';
import { MOST } from '../../util/bounds';

export const KIND = 'steering';

const prompt = z.object({ prompt: promptText, tokens: tokenIds }).strict();
const prompts = z.array(prompt).min(1).max(MOST.cases);

const direction = z.discriminatedUnion('from', [
  /** Mean state over the prompts of `towards` less that over those of `away`, at each steered layer's own site. */
  z
    .object({
      from: z.literal('means'),
      towards: prompts,
      away: prompts,
      /** Where a prompt's state is read: at its last token, or the mean over all of them. */
      read: z.enum(['last', 'mean']).default('last'),
    })
    .strict(),
  /** The unembedding's column of one token less that of another. */
  z.object({ from: z.literal('unembedding'), towards: tracedToken, away: tracedToken }).strict(),
  z.object({ from: z.literal('vector'), values: z.array(z.number()).min(1) }).strict(),
]);

const steeringSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    site: z.enum(streamNames).default('resid_post'),
    /** Each is steered by itself. */
    layers: z.array(layer).min(1).max(MOST.layers),
    positions: namedRows.default('all'),
    direction,
    /** The direction is scaled to length 1. */
    unit: z.boolean().default(false),
    /** Doses, ascending, with 0. */
    alphas: z.array(z.number()).min(2).max(200).default([-4, -2, -1, -0.5, 0, 0.5, 1, 2, 4]),
    /** Random directions of the same length. */
    controls: z.number().int().min(0).max(100).default(3),
    seed: z.number().int().min(0).max(0xffffffff).default(0),
    /** Also the divergence from the unsteered run; its whole logits are read back then. */
    kl: z.boolean().default(true),
  })
  .strict();

export type SteeringSpec = z.infer<typeof steeringSpec>;

export function parseSteering(json: unknown, model?: ModelSpec): SteeringSpec {
  const spec = parseStudy(steeringSpec, json, KIND, model);
  const { alphas, layers, positions, direction: given } = spec;
  const ascending = alphas.every((alpha, i) => i === 0 || alpha > alphas[i - 1]!);
  expectThat(
    ascending && alphas.includes(0),
    `${KIND}: alphas`,
    alphas.join(),
    'ascending doses with 0 among them',
  );
  expectThat(new Set(layers).size === layers.length, `${KIND}: layers`, layers.join(), 'each layer once');
  checkRows(positions, spec, `${KIND}: positions`);
  if (given.from === 'vector')
    expectThat(
      given.values.some((x) => x !== 0),
      `${KIND}: direction.values`,
      'zeros only',
      'a vector with a length',
    );
  if (given.from === 'unembedding')
    expectThat(
      given.towards.id !== given.away.id,
      `${KIND}: direction.away`,
      given.away.id,
      'another token than towards',
    );
  if (model) checkAgainst(spec, model);
  return spec;
}

function checkAgainst({ site, layers, direction: given }: SteeringSpec, model: ModelSpec): void {
  const { nLayers: L, dModel: D, dVocab: V, nEmbeddings, nCtx } = model;
  const outside = layers.find((layer) => layer >= L);
  expectThat(outside === undefined, `${KIND}: layers`, outside, `layers below ${L}`);
  expectThat(hasGrid(model, site), `${KIND}: site`, quoted(site), 'a site that this model has');
  if (given.from === 'vector')
    expectThat(
      given.values.length === D,
      `${KIND}: direction.values`,
      `${given.values.length} numbers`,
      `${D}, the width of ${GRIDS[site].site(model, layers[0]!)}`,
    );
  if (given.from === 'unembedding') {
    expectThat(
      model.head !== 'classes',
      `${KIND}: direction`,
      'unembedding',
      "a direction of another kind: a class's column stands behind a dense layer",
    );
    const missing = [given.towards.id, given.away.id].find((id) => id >= V);
    expectThat(missing === undefined, `${KIND}: direction`, `token id ${missing}`, `ids below ${V}`);
  }
  if (given.from === 'means') {
    for (const { tokens } of [...given.towards, ...given.away]) {
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

const askedPrompt = z.union([z.string(), prompt]);
const asked = z.looseObject({
  layers: z.array(layer).min(1).optional(),
  direction: z
    .union([
      z.looseObject({
        from: z.literal('means'),
        towards: z.array(askedPrompt).min(1),
        away: z.array(askedPrompt).min(1),
      }),
      z.looseObject({ from: z.literal('unembedding') }),
      z.looseObject({ from: z.literal('vector') }),
    ])
    .default({ from: 'unembedding' }),
});

/** Prompts become tokens; the unembedding's tokens are the first case's answer and distractor; the layer is the middle one. */
export async function resolveSteering(question: unknown, context: ResolveContext): Promise<SteeringSpec> {
  const study = await resolveStudy(question, KIND, context);
  const { layers, direction: given } = parseWith(asked, question, KIND);
  const { bos, cases } = study as unknown as Pick<SteeringSpec, 'bos' | 'cases'>;
  const { nLayers } = context.spec;
  const prompts = (list: readonly z.infer<typeof askedPrompt>[], where: string) =>
    allInOrder(list, async (one, i) => {
      if (typeof one !== 'string') return one;
      const tokens = await promptTokens(one, `${KIND}: direction.${where}[${i}]`, bos, context);
      return { prompt: one, tokens: tokens.map(({ id }) => id) };
    });
  const resolved =
    given.from === 'means'
      ? {
          ...given,
          towards: await prompts(given.towards, 'towards'),
          away: await prompts(given.away, 'away'),
        }
      : given.from === 'unembedding'
        ? { towards: cases[0]!.answer, away: cases[0]!.distractor, ...given }
        : given;
  const middle = [Math.floor(nLayers / 2)];
  return parseSteering({ ...study, kind: KIND, layers: layers ?? middle, direction: resolved }, context.spec);
}
