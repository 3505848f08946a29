/**
 * Links of version 1: a causal trace of document version 1 or 2. Read-only. Layout: length of the
 * JSON (uint32), the JSON (the document without maps, a table of planes), then per kind its planes
 * (T x L cells row by row, then each group's L values) and marks, then four float32 per next token.
 */
import { z } from 'zod';
import { parseDocument } from '../../results/parse';
import { type interval, modelRef, tokenRef } from '../../results/parts';
import { atMost, checkFigureSizes } from '../../results/size';
import { LINK_JSON, MOST } from '../../util/bounds';
import { parseJson, parseWith } from '../../util/parse';
import { ByteReader } from '../bytes';
import { readMarks } from '../marks';
import type { Steps, Unpacked } from '../pack';
import { planeInfo, readPlanes, stepsOf } from '../planes';
import { dequantise, type Plane } from '../quantise';

/** `restored` if it is not corrupted + effect; `above` if an interval is asymmetric. */
const planeNames = ['effect', 'below', 'above', 'restored', 'p'] as const;
type Planes = Partial<Record<(typeof planeNames)[number], Plane>>;

const mark = z.literal(true).optional();
const index = z.number().int().nonnegative();
const kind = z.enum(['hidden', 'mlp', 'attn']);

const body = z
  .object({
    document: z.looseObject({
      kind: z.literal('causal-trace'),
      model: modelRef,
      metric: z.string(),
      corrupted: z.looseObject({ metric: z.number() }),
      spec: z.looseObject({ window: z.looseObject({ layers: z.array(z.unknown()) }) }),
      tokens: z.array(tokenRef).max(MOST.tokens),
      answer: tokenRef,
      distractor: tokenRef.optional(),
      nextTokens: z.array(tokenRef),
    }),
    kinds: z.partialRecord(
      kind,
      z
        .object({
          groups: z.array(z.object({ name: z.string(), rows: z.array(index) })),
          peak: z.looseObject({ overNoise: z.looseObject({}).nullable().optional() }).nullable(),
          range: mark,
          hatched: mark,
          alike: mark,
          planes: z.partialRecord(z.enum(planeNames), planeInfo),
        })
        .strict(),
    ),
    view: z
      .looseObject({
        kind: kind.optional(),
        selection: z.object({ row: index, layer: index }).strict().optional(),
      })
      .optional(),
  })
  .strict();

type Body = z.infer<typeof body>;
type Outline = NonNullable<Body['kinds']['hidden']>;

/** Throws one sentence if the bytes are invalid. */
export function unpackTrace(bytes: Uint8Array): Unpacked {
  const reader = new ByteReader(bytes, true);
  const text = new TextDecoder().decode(reader.raw(reader.uint32()));
  const content = parseWith(body, parseJson(text, 'link: content', LINK_JSON), 'link: content');
  const { document, kinds: table } = content;
  const [T, L] = [document.tokens.length, document.spec.window.layers.length];
  atMost(L, MOST.layers, 'link: too many layers');
  checkFigureSizes(
    Object.entries(table).map(([name, info]) => ({ name, axes: [T + (info?.groups.length ?? 0), L] })),
    'link',
  );
  const kinds: Record<string, unknown> = {};
  const steps: Steps = {};
  for (const [name, info] of Object.entries(table)) {
    if (!info) continue;
    const count = (T + info.groups.length) * L;
    const planes = readPlanes(planeNames, info.planes, reader, (plane) => (plane === 'p' ? T * L : count));
    const { ranges, hatched, alike } = readMarks(
      { ranges: info.range, hatched: info.hatched, alike: info.alike },
      reader,
      count,
      T * L,
    );
    const places = alike?.map((cell) => [Math.floor(cell / L), cell % L]) ?? null;
    kinds[name] = kindOf(planes, info, document.corrupted.metric, [T, L], {
      range: ranges,
      hatched,
      alike: places,
    });
    steps[name] = { values: stepsOf(planes).effect ?? 0 };
  }
  const nextTokens = document.nextTokens.map((token) => {
    const [p, logit, corruptedP, corruptedLogit] = reader.float32(4);
    return { ...token, clean: { p, logit }, corrupted: { p: corruptedP, logit: corruptedLogit } };
  });
  reader.end();
  const { kind: front = 'hidden', selection, ...view } = content.view ?? {};
  return {
    document: parseDocument({ ...document, spec: wholeSpec(content), kinds, nextTokens }),
    view: {
      ...view,
      ...(selection && { selection: { figure: front, cell: selection.row * L + selection.layer } }),
    },
    steps,
  };
}

interface Marks {
  readonly range: readonly unknown[] | null;
  readonly hatched: readonly unknown[] | null;
  readonly alike: readonly unknown[] | null;
}

/** A kind's maps as JSON. */
function kindOf(
  planes: Planes,
  { groups, peak }: Outline,
  corrupted: number,
  [T, L]: readonly [number, number],
  { alike, range, hatched }: Marks,
): object {
  if (!planes.effect) throw new Error('link: a map is missing, got no effect, expected one per kind.');
  const effect = dequantise(planes.effect);
  const below = planes.below && dequantise(planes.below);
  const above = planes.above ? dequantise(planes.above) : below;
  const restored = planes.restored
    ? dequantise(planes.restored)
    : effect.map((one) => one !== null && corrupted + one);
  const intervals =
    below &&
    effect.map((one, i): z.infer<typeof interval> | null => {
      const [down, up] = [below[i], above![i]];
      return typeof down === 'number' && typeof up === 'number' ? [one! - down, one! + up] : null;
    });
  const maps = Object.entries({ restored, range, interval: intervals, hatched }).flatMap(
    ([name, values]): [string, readonly unknown[]][] => (values ? [[name, values]] : []),
  );
  const grid = (values: readonly unknown[]) =>
    Array.from({ length: T }, (_, t) => values.slice(t * L, (t + 1) * L));
  return {
    ...Object.fromEntries(maps.map(([name, values]) => [name, grid(values)])),
    ...(planes.p && { p: grid(dequantise(planes.p)) }),
    groups: groups.map((group, g) => ({
      ...group,
      ...Object.fromEntries(maps.map(([map, values]) => [map, values.slice((T + g) * L, (T + g + 1) * L)])),
    })),
    peak: peak?.overNoise ? { ...peak, overNoise: { ...peak.overNoise, alike } } : peak,
  };
}

/** The spec was written without what follows from the document; null: the spec is incomplete. */
function wholeSpec({ document, kinds }: Body): object {
  const { kind: of, model, tokens, answer, distractor, metric, spec } = document;
  const names = Object.keys(kinds);
  const groups = Object.values(kinds)[0]?.groups ?? [];
  const implied = {
    version: 1,
    kind: of,
    model: { id: model.id, revision: model.revision },
    bos: true,
    tokens: tokens.map(({ id }) => id),
    answer: { id: answer.id },
    distractor: distractor && { id: distractor.id },
    metric,
    direction: 'restore',
    kinds: names,
    groups: groups.map(({ name, rows }) => ({ name, rows })),
  };
  const fields = Object.entries({ ...implied, ...spec });
  return Object.fromEntries(fields.filter(([, value]) => value !== null && value !== undefined));
}
