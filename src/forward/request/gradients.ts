/** Checks of what a run asks of a backward pass. Anything wrong is refused here, in one sentence. */
import { isContinuous, type SiteKind } from '../../model/siteKinds';
import { rowLayout } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import { named, quoted } from '../../util/parse';
import { capturedShape, isSquare, resolveCapture } from './captures';
import { checkNumbers, checkRows } from './checks';
import type { EditedRun } from './resolveEdits';
import type { ResolvedCapture, ResolvedEdit, ResolvedGradients } from './resolved';
import type { Run } from './types';
import type { Gradients, LogitScalar, Seed } from './seeds';

/** Copies of the stream; those that nobody writes are not computed. */
const COPIES: ReadonlySet<SiteKind> = new Set([
  'hook_attn_in',
  'hook_q_input',
  'hook_k_input',
  'hook_v_input',
]);

/** `edits`: all of the run, its bases' included. */
export function resolveGradients(
  edited: EditedRun,
  { callbacks = [], gradients, samples = [0, 1] }: Pick<Run, 'callbacks' | 'gradients' | 'samples'>,
  edits: readonly ResolvedEdit[],
): ResolvedGradients {
  const where = `run ${quoted(edited.id)}: gradients`;
  const { seed, of, frozen = [] } = gradients!;
  const unknown =
    callbacks.length > 0 ? 'a callback' : edits.some(({ op }) => op === 'snippet') && 'a snippet';
  if (unknown)
    throw new Error(
      `${where}: cannot go through ${unknown}, whose derivative is unknown, got one, expected none. Use other edits.`,
    );
  if (of.length === 0) throw new Error(`${where}: of no site, got an empty list, expected at least one.`);
  const bad = frozen.find((what) => what !== 'norm' && what !== 'pattern');
  if (bad !== undefined)
    throw new Error(`${where}: cannot freeze this, got ${quoted(bad)}, expected 'norm' or 'pattern'.`);
  return {
    seed: resolveSeed(edited, `${where}: seed`, seed, samples),
    of: of.map((one) => resolveSite(edited, `${where} of ${named(one.site)}`, one)),
    frozen: { norm: frozen.includes('norm'), pattern: frozen.includes('pattern') },
  };
}

function resolveSite(
  { spec, T, site: find }: EditedRun,
  where: string,
  { site: name, ...capture }: Gradients['of'][number],
): ResolvedCapture {
  const site = find(name);
  if (!isContinuous(site))
    throw new Error(`${where}: it holds choices, got ${site.kind}, expected a site of continuous values.`);
  return resolveCapture(where, spec, site, capture, T);
}

function resolveSeed(
  edited: EditedRun,
  where: string,
  seed: Seed,
  samples: readonly [number, number],
): ResolvedGradients['seed'] {
  const { spec, T } = edited;
  if ('mean' in seed) {
    if (seed.mean.length === 0)
      throw new Error(`${where}: a mean over nothing, got an empty list, expected at least one number.`);
    for (const scalar of seed.mean) checkScalar(spec, where, scalar, T);
    return { mean: seed.mean };
  }
  const { site, rows } = seed;
  const at = resolveSite(edited, `${where} at ${named(site)}`, rows ? { site, rows } : { site });
  if (COPIES.has(at.site.kind))
    throw new Error(
      `${where}: copies of the stream take no cotangent, got ${named(seed.site)}, expected another site. Use hook_resid_pre.`,
    );
  if ('column' in seed) {
    checkColumn(spec, where, at, seed.column, samples);
    return { at, column: seed.column };
  }
  const shape = capturedShape(spec, at, T);
  const size = shape.reduce((product, n) => product * n, 1);
  if (seed.values.length !== size)
    throw new Error(`${where}: got ${seed.values.length} values, expected ${size}, of shape [${shape}].`);
  checkNumbers(where, 'values', seed.values);
  return { at, values: seed.values };
}

function checkColumn(
  spec: ModelSpec,
  where: string,
  at: ResolvedCapture,
  column: number,
  [begin, end]: readonly [number, number],
): void {
  if (isSquare(at))
    throw new Error(
      `${where}: has no columns, got ${at.site.kind}, expected a site with a row per position.`,
    );
  const { heads, perHead } = rowLayout(spec, at.site, 1);
  const width = heads * perHead;
  if (Number.isInteger(column) && column + begin >= 0 && column + end <= width) return;
  throw new Error(
    `${where}: column out of range, got ${column} with samples [${begin}, ${end}), expected columns 0..${width - 1}.`,
  );
}

function checkScalar(spec: ModelSpec, where: string, scalar: LogitScalar, T: number): void {
  if (spec.head === 'none')
    throw new Error(
      `${where}: the model has no unembedding, got a number of its logits, expected a cotangent at a site.`,
    );
  checkRows(where, [scalar.row], T);
  if (scalar.of === 'logits') {
    if (scalar.weights.length === 0)
      throw new Error(`${where}: a sum of no logits, got no weights, expected at least one.`);
    for (const [token, weight] of scalar.weights) {
      checkOutcome(spec, where, token);
      checkNumbers(where, 'weights', [weight]);
    }
  } else if (scalar.of === 'kl') {
    checkNumbers(where, 'log-probabilities', scalar.logProbs);
    const n = scalar.logProbs.length;
    if (n !== spec.dVocab)
      throw new Error(`${where}: got ${n} log-probabilities, expected ${spec.dVocab}, one per token.`);
  } else if (scalar.of === 'logProb' || scalar.of === 'prob') checkOutcome(spec, where, scalar.token);
  else {
    const { of } = scalar as { readonly of: string };
    throw new Error(
      `${where}: unknown number, got ${quoted(of)}, expected 'logits', 'logProb', 'prob' or 'kl'.`,
    );
  }
}

function checkOutcome({ dVocab }: ModelSpec, where: string, token: number): void {
  if (Number.isInteger(token) && token >= 0 && token < dVocab) return;
  throw new Error(`${where}: token out of range, got ${token}, expected 0..${dVocab - 1}.`);
}
