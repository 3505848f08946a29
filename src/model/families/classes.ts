/**
 * Fields of config.json that select an encoder's head and name its classes. transformers counts
 * classes by `id2label`; without it there are `num_labels` classes, 2 by default, called LABEL_0,
 * LABEL_1, ...
 */
import { z } from 'zod';
import type { ModelSpec } from '../spec';
import { refusal, upTo } from './config';

/** Most classes of a head; the largest published ones have a few thousand. */
const MOST_CLASSES = 2 ** 16;

export const headFields = {
  architectures: z.array(z.string()).nullish(),
  id2label: z.record(z.string().regex(/^\d{1,5}$/), z.string().max(1000)).nullish(),
  num_labels: upTo(MOST_CLASSES).nullish(),
  problem_type: z.string().nullish(),
};

type HeadConfig = z.output<z.ZodObject<typeof headFields>>;

/** transformers' class names for each head. */
export interface HeadNames {
  readonly mlm: readonly string[];
  readonly classes: string;
  readonly bare: string;
}

/** The head that `architectures` names, and its class names. Throws an Error if there is none. */
export function headOf(
  config: HeadConfig,
  names: HeadNames,
): Pick<ModelSpec, 'classes'> & { head: EncoderHead } {
  const { architectures } = config;
  if (architectures?.some((name) => names.mlm.includes(name))) return { head: 'mlm', classes: [] };
  if (architectures?.includes(names.classes)) return { head: 'classes', classes: classesOf(config) };
  if (architectures?.includes(names.bare)) return { head: 'none', classes: [] };
  const known = [...names.mlm, names.classes, names.bare].join(' or ');
  throw refusal('architectures', 'head not supported', architectures ?? undefined, known);
}

export type EncoderHead = Exclude<ModelSpec['head'], 'lm'>;

function classesOf({ id2label, num_labels: count, problem_type: problem }: HeadConfig): readonly string[] {
  if (problem != null && problem !== 'single_label_classification')
    throw refusal(
      'problem_type',
      'answers that are not one class of several are not supported',
      problem,
      '"single_label_classification" or none',
    );
  const classes = id2label
    ? Object.entries(id2label)
        .sort(([a], [b]) => Number(a) - Number(b))
        .map(([id, name], i) => {
          if (Number(id) === i) return name;
          throw refusal('id2label', 'leaves out a class', id, `the ids from 0 on, here ${i}`);
        })
    : Array.from({ length: count ?? 2 }, (_, i) => `LABEL_${i}`);
  if (classes.length < 2)
    throw refusal(
      'id2label',
      'one label is a regression, which is not supported',
      classes.length,
      'two classes or more',
    );
  if (classes.length > MOST_CLASSES)
    throw refusal('id2label', 'too many classes', classes.length, `at most ${MOST_CLASSES}`);
  const seen = new Set<string>();
  for (const name of classes) {
    if (seen.has(name))
      throw refusal('id2label', 'two classes share a name', name, 'a different name for every class');
    seen.add(name);
  }
  return classes;
}
