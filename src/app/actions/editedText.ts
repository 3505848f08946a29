/** The edits as decoding's tables: states of other runs become vectors, read from the model. */
import type { DecodingTables } from '../../engine/api';
import type { Tensor } from '../../forward/request/contract';
import { promptOf } from '../../results/asked';
import { range } from '../../util/range';
import { editedQuestion, type Edits } from '../edits';
import type { Loci } from '../loci';
import type { Finding } from '../stores/session';
import { elements } from '../../util/elements';

/** Rejects with one sentence if text cannot be generated with these edits. */
export async function textTables(
  loci: Loci,
  { document }: Pick<Finding, 'document'>,
  made: Edits,
): Promise<DecodingTables> {
  const [{ interventionExperiment }, { tablesOf }] = await Promise.all([
    import('../../experiments/intervention/experiment'),
    import('../../experiments/intervention/spec'),
  ]);
  const model = loci.status.getState().model!.spec;
  const spec = interventionExperiment.parseSpec(editedQuestion(document, made), model);
  const { tokens, corrupted } = promptOf(document);
  const one = spec.cases[0]!;
  const { edits, masks, rewrites, cuts } = tablesOf(spec, one, { model });
  if (spec.edits.some(({ source }) => source?.kind === 'unembedding'))
    throw new Error(
      'Text is not generated along a token’s direction. Switch that edit off to continue the prompt.',
    );
  if (cuts.length > 0)
    throw new Error('Text is not generated with a cut wire. Switch that edit off to continue the prompt.');
  const ends = (rows: readonly number[]) => (rows.length === tokens.length ? ('all' as const) : rows);
  const promptsOf = { clean: tokens, corrupted: one.corrupted?.tokens ?? corrupted?.tokens ?? [] };
  const done: NonNullable<DecodingTables['edits']>[number][] = [];
  for (const edit of edits) {
    const { source, site, rows, head, columns } = edit;
    if (source?.kind !== 'run') {
      done.push({ ...edit, rows: ends(rows) });
      continue;
    }
    const read = source.site ?? site;
    const captured = await loci.engine.capture({
      tokens: promptsOf[source.run as keyof typeof promptsOf],
      sites: [read],
      ...(head !== undefined && { heads: [head] }),
    });
    const from = source.rows ?? rows;
    // A mean reads one position for all rows: its vector also suits tokens to come.
    const isSame = from.every((row) => row === from[0]) && source.rows !== undefined;
    const values = valuesOf(captured[read]!, isSame ? from.slice(0, 1) : from, columns);
    done.push({ ...edit, rows: isSame ? ends(rows) : rows, source: { kind: 'vector', values } });
  }
  return { edits: done, masks, rewrites };
}

/** Rows of a captured site, [T, (heads,) width], with these columns of each head. */
function valuesOf(
  { shape, data }: Tensor,
  rows: readonly number[],
  columns: readonly [number, number] | undefined,
): number[] {
  const width = shape.at(-1)!;
  const heads = elements(shape.slice(1, -1));
  const [begin, end] = columns ?? [0, width];
  return rows.flatMap((row) =>
    range(0, heads).flatMap((head) => {
      const at = (row * heads + head) * width;
      return Array.from(data.subarray(at + begin, at + end));
    }),
  );
}
