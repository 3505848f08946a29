/** The question half of an experiment on nets: schema and form from its fields, parsing, resolving. */
import { z } from 'zod';
import type { Preprocessing } from '../../model/picture';
import { MOST } from '../../util/bounds';
import { parseWith, quoted, shown } from '../../util/parse';
import { type Field, type Fields, ownOptionsOf } from '../contract/fields';
import type { ClassQuestion, NetAbout, NetContext, NetExperiment, NetQuestion } from './experiment';

const text = z.string().max(MOST.text);
const size = z.strictObject({ height: z.number().int().positive(), width: z.number().int().positive() });
const numbers = z.array(z.number()).min(1).max(4);

const preprocessing: z.ZodType<Preprocessing> = z.strictObject({
  resize: z.union([size, z.strictObject({ shortest: z.number().int().positive() })]).nullable(),
  resample: z.enum(['nearest', 'bilinear', 'bicubic', 'lanczos']),
  crop: size.nullable(),
  scale: z.number(),
  mean: numbers,
  std: numbers,
});

/** Fields of every question as documents hold it. */
const shared = {
  model: z.strictObject({ id: text, revision: text }),
  /** Null: the net takes no picture. */
  preprocessing: preprocessing.nullable(),
  images: z.array(z.strictObject({ name: text, sha256: z.string().max(64) })).max(MOST.cases),
};

/** Number of a class, and its name. */
const aboutClass = { class: z.number().int().nonnegative(), name: text };

type Own<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

interface QuestionOf<F extends Fields, C extends boolean>
  extends Pick<NetExperiment<NetQuestion>, 'kind' | 'takes'> {
  readonly about: Omit<NetAbout, 'options'>;
  readonly asksClass: C;
  readonly fields: F;
  /** What an omitted field becomes, if that depends on the net. */
  usual?(context: NetContext): Readonly<Record<string, unknown>>;
  /** Throws one sentence for what no field can check alone. */
  check?(spec: NetSpecOf<F, C>): void;
}

export type NetSpecOf<F extends Fields, C extends boolean> = (C extends true ? ClassQuestion : NetQuestion) &
  Own<F>;

type Asked = 'kind' | 'about' | 'takes' | 'asksClass' | 'parseSpec' | 'resolve';

export function netQuestion<F extends Fields, const C extends boolean>({
  kind,
  about,
  takes,
  asksClass,
  fields,
  usual,
  check,
}: QuestionOf<F, C>): Pick<NetExperiment<NetSpecOf<F, C>>, Asked> {
  const own = Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema!]));
  const schema = z.strictObject({
    kind: z.literal(kind),
    ...shared,
    ...(asksClass && aboutClass),
    ...own,
  }) as unknown as z.ZodType<NetSpecOf<F, C>>;
  const parseSpec = (json: unknown) => {
    const spec = parseWith(schema, json, kind);
    check?.(spec);
    return spec;
  };
  return {
    kind,
    about: { ...about, options: ownOptionsOf(fields) },
    takes,
    asksClass,
    parseSpec,
    resolve(question, context) {
      const { model, preprocessing: how, images } = context;
      checkInput(kind, takes, context);
      const { name: _, class: asked, ...rest } = { ...usual?.(context), ...question };
      const id = asksClass ? classOf(kind, asked, context) : null;
      const named = id === null ? {} : { class: id, name: context.label(id) };
      return parseSpec({ ...rest, kind, model, preprocessing: how, images, ...named });
    },
  };
}

function checkInput(
  kind: string,
  takes: NetExperiment<NetQuestion>['takes'],
  { net, images }: NetContext,
): void {
  const { layout, shape } = net.input;
  const isLatent = layout === null;
  if (takes !== 'either' && isLatent !== (takes === 'latents'))
    throw new Error(
      `${kind}: does not fit the net, got an input of [${shape}], expected ${takes === 'latents' ? 'a latent' : 'a picture'}.`,
    );
  const least = isLatent ? 0 : 1;
  const most = isLatent ? 0 : takes === 'picture' ? 1 : MOST.cases;
  if (images.length < least || images.length > most)
    throw new Error(
      `${kind}: wrong number of pictures, got ${images.length}, expected ${least === most ? least : `${least} to ${most}`}.`,
    );
}

/** A class by its name, or by its number. */
function classOf(kind: string, asked: unknown, { classes, label }: NetContext): number {
  if (classes === null)
    throw new Error(
      `${kind}: the net does not name classes, got a net of another kind, expected a classifier.`,
    );
  for (let id = 0; id < classes; id++) if (label(id) === asked) return id;
  const id = typeof asked === 'string' && /^\d+$/.test(asked) ? Number(asked) : asked;
  if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < classes) return id;
  throw new Error(
    `${kind}: class: there is no such class, got ${shown(asked)}, expected a name such as ${quoted(label(0))}, or 0 to ${classes - 1}.`,
  );
}
