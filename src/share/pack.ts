/**
 * Document + view <-> bytes, before compression. Layout, little-endian: length of the JSON (uint32), the JSON
 * (the document without its maps, a table of planes), then the planes in the table's order (codes uint16,
 * then the numbers kept apart as float64), each map's marks behind its planes, then four float32 per next token. Draws stay
 * behind: their range travels.
 */
import { z } from 'zod';
import { asTrace, type KindResult, type TraceDocument, traceDocument } from '../results/document';
import { cellValue } from '../results/format';
import { parseDocument } from '../results/parse';
import { checkMapSizes } from '../results/size';
import { LINK_JSON } from '../util/bounds';
import { parseJson, parseWith } from '../util/parse';
import { ByteReader, ByteWriter } from './bytes';
import { decodeKind, encodeKind, planeNames, planeSize } from './kindCode';
import { readMarks, writeMarks } from './marks';
import { planeInfo, readPlanes, stepsOf, writePlanes } from './planes';
import { shortSpec, wholeSpec } from './shorten';

/** Spacing of the codes of each kind's or figure's planes: their numbers are at most 1.5 steps off. */
export type Steps = Partial<Record<string, Partial<Record<string, number>>>>;

const fields = traceDocument.shape;
const kindFields = fields.kinds.shape.hidden.unwrap().shape;

const mark = z.literal(true).optional();

/** As much of a document as is needed to put it together again; `parseDocument` checks the whole. */
const body = z
  .object({
    document: z.looseObject({
      kind: fields.kind,
      model: fields.model,
      metric: fields.metric,
      corrupted: z.looseObject({ metric: z.number() }),
      spec: z.looseObject({ window: z.looseObject({ layers: z.array(z.unknown()) }) }),
      tokens: fields.tokens,
      answer: fields.answer,
      distractor: fields.distractor,
      nextTokens: z.array(fields.nextTokens.element.pick({ id: true, token: true })),
    }),
    kinds: z.partialRecord(
      z.enum(['hidden', 'mlp', 'attn']),
      z
        .object({
          groups: z.array(kindFields.groups.element.pick({ name: true, rows: true })),
          peak: z.looseObject({ overNoise: z.looseObject({}).nullable().optional() }).nullable(),
          ...{ range: mark, hatched: mark, alike: mark },
          planes: z.partialRecord(z.enum(planeNames), planeInfo),
        })
        .strict(),
    ),
    view: z.unknown().optional(),
  })
  .strict();

/** `step`: what the effects are multiples of, if they were rounded. */
export function pack(document: TraceDocument, view: object, step?: number): Uint8Array {
  const { kinds, nextTokens, corrupted: corruptedLevel, ...rest } = document;
  const { draws: _, ...corrupted } = corruptedLevel;
  const numbers = new ByteWriter();
  const table: Record<string, unknown> = {};
  for (const [kind, result] of Object.entries(kinds)) {
    if (!result) continue;
    const level = { metric: document.metric, corrupted: document.corrupted.metric, step };
    const planes = encodeKind(result, level);
    const groups = result.groups.map(({ name, rows }) => ({ name, rows }));
    const written = writePlanes(planeNames, planes, numbers);
    const marks = writeMarks(result, numbers);
    table[kind] = { groups, peak: shortPeak(result.peak), ...marks, planes: written };
  }
  for (const { clean, corrupted: blurred } of nextTokens)
    numbers.float32([clean.p, clean.logit, blurred.p, blurred.logit]);

  const shortened = {
    ...rest,
    corrupted,
    spec: shortSpec(document),
    nextTokens: nextTokens.map(({ id, token }) => ({ id, token })),
  };
  const isPlain = Object.keys(view).length === 0;
  const json = new TextEncoder().encode(
    JSON.stringify({ document: shortened, kinds: table, ...(!isPlain && { view }) }),
  );
  const all = new ByteWriter();
  all.uint32([json.length]);
  all.raw(json);
  all.raw(numbers.done());
  return all.done();
}

/** Which cells are alike is stored as bits; the test's numbers are cut to six digits where that shows the same ones. */
function shortPeak(peak: KindResult['peak']): object | null {
  if (!peak?.overNoise) return peak;
  const { alike: _, effect, interval, ...rest } = peak.overNoise;
  const short = (value: number) => {
    const cut = Number(value.toPrecision(6));
    return cellValue(rest.by, cut) === cellValue(rest.by, value) ? cut : value;
  };
  return { ...peak, overNoise: { ...rest, effect: short(effect), interval: interval.map(short) } };
}

function wholePeak(
  peak: { readonly overNoise?: object | null | undefined } | null,
  alike: readonly [number, number][] | null,
): object | null {
  return peak?.overNoise ? { ...peak, overNoise: { ...peak.overNoise, alike } } : peak;
}

/** The inverse of `pack`. `view` is not checked yet. Throws one sentence if the bytes are not what `pack` makes. */
export function unpack(bytes: Uint8Array): { document: TraceDocument; view: unknown; steps: Steps } {
  const reader = new ByteReader(bytes);
  const text = new TextDecoder().decode(reader.raw(reader.uint32()));
  const {
    document,
    kinds: table,
    view,
  } = parseWith(body, parseJson(text, 'link: content', LINK_JSON), 'link: content');
  const T = document.tokens.length;
  const L = document.spec.window.layers.length;
  const outlines = Object.values(table).flatMap((info) => (info ? [info] : []));
  checkMapSizes(
    outlines.map(({ groups }) => T + groups.length),
    L,
    'link',
  );
  const kinds: Record<string, unknown> = {};
  const steps: Steps = {};
  for (const [kind, info] of Object.entries(table)) {
    if (!info) continue;
    const planes = readPlanes(planeNames, info.planes, reader, (name) =>
      planeSize(name, T, L, info.groups.length),
    );
    const marks = readMarks(info, reader, [T, L, info.groups.length]);
    const level = { metric: document.metric, corrupted: document.corrupted.metric };
    const outline = { groups: info.groups, peak: wholePeak(info.peak, marks.alike) };
    kinds[kind] = decodeKind(planes, outline, level, [T, L], marks);
    steps[kind] = stepsOf(planes);
  }
  const nextTokens = document.nextTokens.map(({ id, token }) => {
    const [p, logit, corruptedP, corruptedLogit] = reader.float32(4);
    return { id, token, clean: { p, logit }, corrupted: { p: corruptedP, logit: corruptedLogit } };
  });
  reader.end();
  const spec = wholeSpec(document.spec, { ...document, distractor: document.distractor, kinds: table });
  return {
    document: asTrace(parseDocument({ ...document, spec, kinds, nextTokens })),
    view: view ?? {},
    steps,
  };
}
