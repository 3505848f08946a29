/** The files that Loci adds to a model: loci.json (the card) and its fact table. */
import { z } from 'zod';
import { isPlainName } from './fileName';
import { parseWith, quoted, tableOf } from '../util/parse';

/** One fact of a model's fact table, with its prompt. */
export interface Fact {
  readonly relation: string;
  readonly prompt: string;
  readonly subject: string;
  readonly answer: string;
  readonly distractor?: string;
}

const plainName = z.string().refine(isPlainName, 'is not a plain file name in the same folder');

const card = z.object({
  version: z.literal(1),
  id: z.string().min(1),
  title: z.string().min(1),
  license: z.string().optional(),
  /** Default for "add BOS". */
  bos: z.boolean(),
  /** The BOS token's text, e.g. '<|endoftext|>'. */
  bosToken: z.string().nullish(),
  /**
   * Standard deviation of subject-token embeddings, how it was measured and over how many subjects.
   */
  sigma: z
    .object({
      value: z.number().positive(),
      rule: z.string(),
      subjects: z.number().int().positive().optional(),
    })
    .nullish(),
  /** File name of the fact table. */
  facts: plainName.nullish(),
  /** File name of the human-readable model card. */
  card: plainName.nullish(),
});

export type ModelCard = z.infer<typeof card>;

const index = z.number().int().nonnegative();
const factTable = z.object({
  version: z.literal(1),
  license: z.string().optional(),
  relations: tableOf(
    z.object({
      title: z.string(),
      hops: z.number(),
      templates: z.array(z.string().includes('{subject}')).min(1),
    }),
  ),
  facts: z.array(
    z.object({
      relation: z.string(),
      subject: z.string().min(1),
      answer: z.string().min(1),
      distractor: z.string().optional(),
      split: z.string().optional(),
      /** Templates that fit the subject; absent: all. */
      templates: z.array(index).min(1).optional(),
      /** Templates that the model completes correctly. */
      known: z.array(index).optional(),
      /** p(answer) of each fitting template. */
      p: z.array(z.number()).optional(),
    }),
  ),
});

type FactRow = z.infer<typeof factTable>['facts'][number];

/** loci.json -> card. Throws an Error. */
export function parseCard(json: unknown): ModelCard {
  return parseWith(card, json, 'loci.json');
}

/** Fact table -> facts, each with the template that the model knows best. Throws an Error. */
export function parseFacts(json: unknown, where: string): Fact[] {
  const { relations, facts } = parseWith(factTable, json, where);
  return facts.map((row, i) => {
    const template = relations.get(row.relation)?.templates[chooseTemplate(row)];
    if (template === undefined) {
      throw new Error(
        `${where}: facts[${i}]: there is no such relation or template, got ${quoted(row.relation)}.`,
      );
    }
    const { distractor } = row;
    return {
      relation: row.relation,
      prompt: template.replaceAll('{subject}', () => row.subject),
      subject: row.subject,
      answer: row.answer,
      ...(distractor !== undefined && { distractor }),
    };
  });
}

/**
 * The first correct template with p >= 0.5, else the first correct one, else the first that fits.
 */
function chooseTemplate({ templates, known = [], p = [] }: FactRow): number {
  const sure = known.find((t) => (p[templates ? templates.indexOf(t) : t] ?? 0) >= 0.5);
  return sure ?? known[0] ?? templates?.[0] ?? 0;
}
