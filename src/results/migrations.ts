/**
 * Old documents stay readable for ever. Up to version 2, causal traces had their own documents,
 * versions 1 and 2; other studies had version 1. Steps work on JSON and never change once released.
 */
import { z } from 'zod';
import { MOST } from '../util/bounds';
import { parseWith } from '../util/parse';
import { askedOf } from './asked';
import { expectEqual, fail } from './contradiction';
import { DOCUMENT_VERSION, resultDocument } from './document';
import { interval } from './parts';
import { atMost, checkFigureSizes } from './size';
import { type KindNumbers, traceDocument } from './trace';
import { TRACE_KINDS } from './traceMap';

type Fields = Record<string, unknown>;

/** Migrates a document's JSON from `version`, at most the current one. */
export function migrate(json: Fields, version: number): Fields {
  if (version === DOCUMENT_VERSION) return json;
  if (json.kind !== 'causal-trace') return { ...json, version: DOCUMENT_VERSION };
  return withFigures(version === 1 ? withoutIntervals(json) : json);
}

const index = z.number().int().nonnegative();
const values = z.array(z.number());
const pairs = z.array(interval);
const flags = z.array(z.boolean());
const level = z.object({ metric: z.number(), p: z.number() });
const shape = resultDocument.shape;
const overNoise = shape.figures.element.shape.peak.unwrap().shape.overNoise.unwrap();
const tightened = shape.tightened.unwrap().element;
const testedBy = overNoise.shape.by;
const place = z.tuple([index, index]);

/** Cells of a token or a group, layer by layer. */
const group = z.object({
  name: z.string(),
  rows: z.array(index).min(1),
  restored: values,
  range: pairs.optional(),
  draws: z.array(values).optional(),
  interval: pairs.optional(),
  hatched: flags.optional(),
});

const kindResult = z.object({
  restored: z.array(values),
  range: z.array(pairs).optional(),
  draws: z.array(z.array(values)).optional(),
  interval: z.array(pairs).optional(),
  hatched: z.array(flags).optional(),
  p: z.array(values).optional(),
  groups: z.array(group),
  peak: z
    .object({
      row: index,
      layer: index,
      overNoise: overNoise.extend({ alike: z.array(place) }).nullable(),
    })
    .nullable(),
});

/** A trace of version 2. */
const traceOfMaps = z.object({
  spec: shape.spec,
  model: shape.model,
  tokens: shape.tokens,
  answer: shape.answer.unwrap().omit({ p: true }),
  distractor: shape.distractor,
  predicted: shape.predicted.unwrap(),
  known: z.boolean(),
  metric: z.enum(['p', 'logprob', 'logit-diff', 'rank']),
  clean: level,
  corrupted: level.extend({
    range: interval.optional(),
    draws: values.optional(),
    interval: interval.optional(),
  }),
  intervals: z.object({
    varies: z.enum(['noise', 'nothing']),
    draws: z.number().int().positive().max(MOST.samples),
    rule: z.enum(['hedged', 't', 'none']),
    looks: z.array(z.number().int().positive()).optional(),
    hatching: z.union([testedBy, z.literal('none')]),
    notes: z.array(z.string()).optional(),
  }),
  tightened: z
    .array(
      tightened.extend({
        at: z.union([
          z.literal('corrupted'),
          z.object({ kind: z.enum(TRACE_KINDS), row: index, layer: index }),
        ]),
      }),
    )
    .optional(),
  nextTokens: z.array(
    z.object({
      id: index,
      token: z.string(),
      clean: z.object({ p: z.number(), logit: z.number() }),
      corrupted: z.object({ p: z.number(), logit: z.number() }),
    }),
  ),
  kinds: z.partialRecord(z.enum(TRACE_KINDS), kindResult),
  counters: shape.counters,
  environment: shape.environment,
});

type KindResult = z.infer<typeof kindResult>;
type Row = Pick<KindResult['groups'][number], 'restored' | 'range' | 'draws' | 'interval' | 'hatched'>;

/** Version 2 had a map per kind, [token][layer], and separate groups. Now they are figures. */
function withFigures(json: Fields): Fields {
  const { kinds, metric, tightened: more, ...old } = parseWith(traceOfMaps, json, 'document');
  const asked = askedOf(old);
  const [T, L] = [old.tokens.length, asked.window.layers.length];
  expectEqual('metric', metric, asked.metric, 'as in spec.metric');
  expectEqual('tokens: entries', T, asked.tokens.length, 'as in spec.tokens');
  const maps = TRACE_KINDS.flatMap((kind) => kinds[kind] ?? []);
  const groups = maps[0]?.groups.map(({ name, rows }) => ({ name, rows })) ?? [];
  atMost(L, MOST.layers, 'document: too many layers');
  const axes = [T + groups.length, L];
  checkFigureSizes(
    maps.map(() => ({ name: 'map', axes })),
    'document',
  );
  for (const result of maps) {
    const names = result.groups.map(({ name, rows }) => ({ name, rows }));
    expectEqual('kinds: groups', JSON.stringify(names), JSON.stringify(groups), 'as in the first of them');
  }
  const cellOf = (row: number, layer: number) => {
    if (row >= axes[0]! || layer >= L)
      fail('kinds: a cell', `row ${row}, layer ${layer}`, `one of ${axes[0]} x ${L}`);
    return row * L + layer;
  };
  const flat = (result: KindResult): KindNumbers => {
    expectEqual('kinds.restored: rows', result.restored.length, T, 'one per token');
    const { p, peak } = result;
    if (old.intervals.hatching === 'none')
      expectEqual('kinds.hatched', result.hatched, undefined, "since intervals.hatching is 'none'");
    const rows: Row[] = [
      ...result.restored.map((restored, t) => ({
        restored,
        range: result.range?.[t],
        draws: result.draws?.[t],
        interval: result.interval?.[t],
        hatched: result.hatched?.[t],
      })),
      ...result.groups,
    ];
    const cells = <T>(get: (row: Row) => T[] | undefined): T[] | undefined =>
      rows.every((row) => !get(row))
        ? undefined
        : rows.flatMap((row) => {
            expectEqual('kinds: a row: entries', get(row)?.length, L, 'one per layer');
            return get(row)!;
          });
    const numbers = {
      intervals: cells((row) => row.interval),
      ranges: cells((row) => row.range),
      draws: cells((row) => row.draws),
      hatched: cells((row) => row.hatched),
      p: p && [...p.flat(), ...result.groups.flatMap(() => asked.window.layers.map(() => null))],
      peak: peak && {
        cell: cellOf(peak.row, peak.layer),
        overNoise: peak.overNoise && {
          ...peak.overNoise,
          alike: peak.overNoise.alike.map(([row, layer]) => cellOf(row, layer)),
        },
      },
    };
    return {
      values: cells((row) => row.restored)!,
      ...Object.fromEntries(
        Object.entries(numbers).filter(([, part]) => part !== undefined && part !== null),
      ),
    };
  };
  return traceDocument({
    ...old,
    groups,
    kinds: Object.fromEntries(Object.entries(kinds).map(([kind, result]) => [kind, flat(result)])),
    ...(more && {
      tightened: more.map(({ at, ...one }) => ({
        ...one,
        at: at === 'corrupted' ? at : { figure: at.kind, cell: cellOf(at.row, at.layer) },
      })),
    }),
  });
}

/**
 * Version 1 had t intervals of the metric. For p they cover half as often as claimed, so all are
 * dropped: means stay, and the finding can be rerun.
 */
function withoutIntervals(json: Record<string, unknown>): Record<string, unknown> {
  const isObject = (value: unknown): value is Fields =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const without = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    const { interval: _, ...rest } = value;
    return rest;
  };
  const kind = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    const { interval: _, groups, peak, ...rest } = value;
    return {
      ...rest,
      groups: Array.isArray(groups) ? groups.map(without) : groups,
      peak: isObject(peak) ? { ...(without(peak) as Fields), overNoise: null } : peak,
    };
  };
  const { corruption } = isObject(json.spec) ? json.spec : {};
  const isNoise = isObject(corruption) && corruption.type === 'noise';
  return {
    ...json,
    corrupted: without(json.corrupted),
    kinds: isObject(json.kinds)
      ? Object.fromEntries(Object.entries(json.kinds).map(([name, value]) => [name, kind(value)]))
      : json.kinds,
    intervals: {
      varies: isNoise ? 'noise' : 'nothing',
      draws: isNoise ? corruption.samples : 1,
      rule: 'none',
      hatching: 'none',
      ...(isNoise && {
        notes: [
          'An earlier version of Loci made this, with other rules for intervals. They are left out; run it again for new ones.',
        ],
      }),
    },
  };
}
