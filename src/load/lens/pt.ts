/**
 * The files of the published lenses, which torch.save wrote: a lens {J, n_prompts, d_model} or what
 * an unfinished fit leaves {jacobian_sum, n_done}. Nothing in them is run.
 * Source: JacobianLens.load of TransformerLens 4.3, and the reference implementation that it follows.
 */
import { quoted } from '../../util/parse';
import type { ByteSource } from '../bytes';
import { openPickledValue } from '../pickle';
import { Dict } from '../pickle/pickle';
import { count, type LensTable, lensTable } from './table';

/** The estimator of Gurnee et al.; other ones have files of the same form. */
const ESTIMATOR = 'jacobian_lens';

/** Throws an Error if the file is no such lens, or is damaged. */
export async function ptLens(source: ByteSource, where: string): Promise<LensTable> {
  const { value, tensor } = await openPickledValue(source, where);
  const field = (name: string): unknown => entry(value, name);
  const metadata = field('metadata');
  const said = (name: string): unknown => entry(metadata, name);
  const isSum = field('J') === undefined;
  const matrices = isSum ? field('jacobian_sum') : field('J');
  if (!(matrices instanceof Dict))
    throw new Error(
      `${where}: is no Jacobian lens, got neither J nor jacobian_sum, expected matrices by layer. Choose the .pt file of a fitted lens.`,
    );
  const estimator = said('estimator');
  if (typeof estimator === 'string' && estimator !== ESTIMATOR)
    throw new Error(
      `${where}: is a lens of another kind, got estimator ${quoted(estimator)}, expected ${quoted(ESTIMATOR)}.`,
    );
  const prompts = isSum ? promptsOfSum(field('n_done') ?? field('n_prompts'), where) : field('n_prompts');
  return lensTable(
    {
      matrices: [...matrices.entries].map(([layer, one]) => [layer, tensor(`layer ${String(layer)}`, one)]),
      dModel: isSum ? null : (field('d_model') ?? Number.NaN),
      divisor: isSum ? (prompts as number) : 1,
      prompts,
      skipFirst: said('skip_first_positions') ?? field('skip_first') ?? null,
      target: said('target_layer') ?? field('target_layer') ?? null,
      corpus: said('corpus') ?? field('corpus'),
    },
    where,
  );
}

/** A value's entry of this name; undefined if it has none, or is no dictionary. */
const entry = (value: unknown, name: string): unknown =>
  value instanceof Dict ? value.entries.get(name) : undefined;

function promptsOfSum(value: unknown, where: string): number {
  const prompts = count(value, 'n_done', where);
  if (prompts > 0) return prompts;
  throw new Error(
    `${where}: is the start of a fit, got n_done 0, expected at least one prompt. Fit further before opening it.`,
  );
}
