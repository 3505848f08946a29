/**
 * From requested runs to executable ones: flattens bases (tokens and edits are inherited), checks
 * names, expands rows and columns (`resolveEdits.ts`), and converts masks, rewrites and cuts to
 * edits (`masks.ts`, `cuts.ts`). Anything wrong with a request is refused here, in one sentence.
 */
import { siteCalled } from '../../model/aliases';
import { canonicalKey } from '../../model/sites';
import type { Site } from '../../model/siteKinds';
import type { ModelSpec } from '../../model/spec';
import { atOnce } from '../../util/breathe';
import { refuseCutTwice, resolveCut } from './cuts';
import { type ResolvedEdit, type ResolvedRun, allEdits, referencesOf, sourcesOf } from './resolved';
import { refuseBlindQueries, resolveMask, resolveRewrite } from './masks';
import { everyPosition, resolvePositions } from './positions';
import { resolveEdit } from './resolveEdits';
import { resolveCapture } from './captures';
import { resolveGradients } from './gradients';
import { checkMetric } from './metric';
import { checkSamples, checkSampled } from './samples';
import type { Cut, Edit, Run } from './types';
import { quoted } from '../../util/parse';
import { cached } from '../../util/cached';

/** Checks and flattens a request's runs. Throws an Error that names the run and the problem. */
export function resolveRuns(spec: ModelSpec, runs: readonly Run[]): ResolvedRun[] {
  return atOnce(resolving(spec, runs));
}

/** As `resolveRuns`, pausing after every run. */
export function* resolving(spec: ModelSpec, runs: readonly Run[]): Generator<void, ResolvedRun[]> {
  const byId = new Map<string, ResolvedRun>();
  const siteCache = new Map<string, Site>();
  const site = (name: string): Site => cached(siteCache, name, () => siteCalled(spec, name));
  // Many runs often share one edit object.
  const resolved = new Map<Edit | Cut, { readonly T: number; readonly edit: ResolvedEdit }>();
  const once = (edit: Edit | Cut, T: number, make: () => ResolvedEdit): ResolvedEdit => {
    const known = resolved.get(edit);
    if (known?.T === T) return known.edit;
    const made = make();
    resolved.set(edit, { T, edit: made });
    return made;
  };
  const resolve = (run: Run, index: number): ResolvedRun => {
    if (byId.has(run.id))
      throw new Error(`run ${quoted(run.id)}: the id is used twice. Give every run its own id.`);
    const base = run.base === undefined ? null : byId.get(run.base);
    if (base === undefined)
      throw new Error(
        `run ${quoted(run.id)}: unknown base, got ${quoted(run.base!)}, expected an earlier run's id.`,
      );
    const tokens = resolveTokens(spec, run, base);
    const T = tokens.length;
    const samples = run.samples ?? base?.samples ?? null;
    if (run.samples) checkSamples(run.id, run.samples);
    const edited = { spec, id: run.id, T, site, earlier: byId };
    const own = [
      ...(run.rewrites ?? []).map((rewrite) => resolveRewrite(spec, run.id, rewrite, T)),
      ...(run.cuts ?? []).map((cut) => once(cut, T, () => resolveCut(spec, run.id, cut, T, byId))),
      ...(run.edits ?? []).map((edit) => once(edit, T, () => resolveEdit(edited, edit))),
      ...(run.masks ?? []).map((mask) => resolveMask(spec, run.id, mask, T)),
    ];
    if (base) checkSampled({ id: run.id, samples }, base);
    for (const edit of own)
      for (const id of sourcesOf(edit)) checkSampled({ id: run.id, samples }, byId.get(id)!);
    const metric = run.metric === undefined ? null : checkMetric(spec, run.id, run.metric, T, byId);
    for (const id of referencesOf({ metric })) checkSampled({ id: run.id, samples }, byId.get(id)!);
    const inherited = base ? allEdits(base) : [];
    refuseCutTwice(run.id, own, base);
    if (own.some((edit) => edit.site.kind === 'attn.hook_attn_scores'))
      refuseBlindQueries(spec, run.id, [...inherited, ...own], T);
    const result: ResolvedRun = {
      id: run.id,
      index,
      unit: run.unit ?? '',
      samples,
      tokens: applyTokenEdits(spec, run.id, tokens, own),
      positions: resolvePositions(spec, run, base?.positions ?? everyPosition(T)),
      base,
      inherited,
      own: own.some(isTokens) ? own.filter((edit) => !isTokens(edit)) : own,
      captures: (run.captures ?? []).map((capture) =>
        resolveCapture(
          `run ${quoted(run.id)}: capture of ${capture.site}`,
          spec,
          site(capture.site),
          capture,
          T,
        ),
      ),
      callbacks: (run.callbacks ?? []).map(({ site: name, fn }) => {
        const at = site(name);
        if (at.kind === 'hook_tokens')
          throw new Error(`run ${quoted(run.id)}: hook_tokens takes no callback. Use a 'set' edit.`);
        return { key: canonicalKey(spec, at), site: at, fn };
      }),
      metric,
      gradients: run.gradients
        ? resolveGradients(edited, samples ? { ...run, samples } : run, [...inherited, ...own])
        : null,
      intervenes: own.length + (run.callbacks?.length ?? 0) + (run.positions?.length ?? 0) > 0,
    };
    byId.set(run.id, result);
    return result;
  };
  const all: ResolvedRun[] = [];
  for (const [index, run] of runs.entries()) {
    yield;
    all.push(resolve(run, index));
  }
  return all;
}

const isTokens = ({ site }: ResolvedEdit): boolean => site.kind === 'hook_tokens';

function resolveTokens(spec: ModelSpec, run: Run, base: ResolvedRun | null): readonly number[] {
  const tokens = run.tokens ?? base?.tokens;
  if (!tokens || tokens.length === 0)
    throw new Error(`run ${quoted(run.id)}: no tokens. Give tokens, or a base that has them.`);
  if (base && run.tokens)
    throw new Error(`run ${quoted(run.id)}: has tokens and a base. A run with a base inherits its tokens.`);
  if (tokens.length > spec.nCtx) {
    throw new Error(
      `run ${quoted(run.id)}: prompt too long, got ${tokens.length} tokens, expected at most ${spec.nCtx}. Shorten the prompt.`,
    );
  }
  for (const token of tokens) checkToken(spec, run.id, token);
  return tokens;
}

/** A prompt's token must be a row of the embedding table, even for a model without a head. */
function checkToken(spec: ModelSpec, id: string, token: number): void {
  if (!Number.isInteger(token) || token < 0 || token >= spec.nEmbeddings) {
    throw new Error(
      `run ${quoted(id)}: token id out of range, got ${token}, expected 0..${spec.nEmbeddings - 1}.`,
    );
  }
  if (spec.positions.kind === 'learned' && token === spec.positions.padding) {
    throw new Error(
      `run ${quoted(id)}: has the padding token, which takes no position in this model, got id ${token}, expected other tokens. Take it out of the prompt.`,
    );
  }
}

/** Token ids are known before the pass, so an edit of `hook_tokens` rewrites the prompt. */
function applyTokenEdits(
  spec: ModelSpec,
  id: string,
  tokens: readonly number[],
  edits: readonly ResolvedEdit[],
): readonly number[] {
  const changed = [...tokens];
  for (const { op, source, rows } of edits.filter(isTokens)) {
    if (op !== 'set' || (source?.kind !== 'constant' && source?.kind !== 'vector')) {
      throw new Error(
        `run ${quoted(id)}: hook_tokens holds token ids, got op ${quoted(op)}, expected 'set' from a constant or a vector.`,
      );
    }
    for (const [i, row] of rows.entries()) {
      const value = source.kind === 'constant' ? source.value : source.values[i % source.values.length]!;
      checkToken(spec, id, value);
      changed[row] = value;
    }
  }
  return changed;
}
