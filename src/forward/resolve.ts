/**
 * From runs as asked to runs as computed: bases are flattened (tokens and edits inherited), names are checked,
 * rows and columns are expanded. Everything that can be wrong with a request is refused here, in one sentence.
 */
import { type Site, findSite, headAxisOf, rowLayout } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import type { Callback, Capture, Edit, EditOp, EditSource, MetricRow, Run } from './types';

/** Columns [begin, end) of a site's row. */
export type Span = readonly [number, number];

export interface ResolvedEdit {
  /** Canonical site name: what leaves a block is `hook_resid_pre` of the next. */
  readonly key: string;
  readonly site: Site;
  readonly rows: readonly number[];
  /** Absolute columns within one position's row, one span per edited head. */
  readonly spans: readonly Span[];
  readonly op: EditOp;
  readonly alpha: number;
  readonly source: EditSource | null;
  /** The edit as asked: identity tells edits inherited from one base apart from others. */
  readonly asked: Edit;
}

export interface ResolvedRun {
  readonly id: string;
  /** Order in the request. */
  readonly index: number;
  readonly unit: string;
  readonly tokens: readonly number[];
  readonly base: ResolvedRun | null;
  /** Edits inherited from the base chain, in order. */
  readonly inherited: readonly ResolvedEdit[];
  /** The run's own edits, applied after the inherited ones. */
  readonly own: readonly ResolvedEdit[];
  readonly captures: readonly {
    readonly key: string;
    readonly site: Site;
    readonly rows: readonly number[] | null;
  }[];
  readonly callbacks: readonly { readonly key: string; readonly site: Site; readonly fn: Callback['fn'] }[];
  readonly metric: MetricRow | null;
}

/**
 * One tensor under two names, known by the latter: what leaves block l is `resid_pre[l+1]`. It is `resid_post[l]`, or
 * its norm's output where the norm stands on the stream (placement 'post').
 */
export function canonicalKey(spec: ModelSpec, site: Site): string {
  const leaving = spec.placement === 'post' ? 'hook_normalized_resid_post' : 'hook_resid_post';
  if (site.kind === leaving && site.layer! < spec.nLayers - 1)
    return `blocks.${site.layer! + 1}.hook_resid_pre`;
  return site.name;
}

/** All edits of a run, inherited first. */
export function allEdits(run: ResolvedRun): readonly ResolvedEdit[] {
  return run.inherited.length === 0 ? run.own : [...run.inherited, ...run.own];
}

/** Checks and flattens a request's runs. Throws an Error that names the run and what is wrong with it. */
export function resolveRuns(spec: ModelSpec, runs: readonly Run[]): ResolvedRun[] {
  const byId = new Map<string, ResolvedRun>();
  const siteCache = new Map<string, Site>();
  const site = (name: string): Site => {
    const known = siteCache.get(name) ?? findSite(spec, name);
    siteCache.set(name, known);
    return known;
  };
  return runs.map((run, index) => {
    if (byId.has(run.id))
      throw new Error(`run '${run.id}': the id is used twice. Give every run its own id.`);
    const base = run.base === undefined ? null : byId.get(run.base);
    if (base === undefined)
      throw new Error(`run '${run.id}': unknown base, got '${run.base}', expected an earlier run's id.`);
    const tokens = resolveTokens(spec, run, base);
    const own = (run.edits ?? []).map((edit) => resolveEdit(spec, run.id, edit, tokens.length, site, byId));
    const resolved: ResolvedRun = {
      id: run.id,
      index,
      unit: run.unit ?? '',
      tokens: applyTokenEdits(spec, run.id, tokens, own),
      base,
      inherited: base ? allEdits(base) : [],
      own: own.filter((edit) => edit.site.kind !== 'hook_tokens'),
      captures: (run.captures ?? []).map((capture) =>
        resolveCapture(spec, run.id, capture, tokens.length, site),
      ),
      callbacks: (run.callbacks ?? []).map(({ site: name, fn }) => {
        const at = site(name);
        if (at.kind === 'hook_tokens')
          throw new Error(`run '${run.id}': hook_tokens takes no callback. Use a 'set' edit.`);
        return { key: canonicalKey(spec, at), site: at, fn };
      }),
      metric: run.metric === undefined ? null : checkMetric(spec, run.id, run.metric, tokens.length),
    };
    byId.set(run.id, resolved);
    return resolved;
  });
}

function resolveTokens(spec: ModelSpec, run: Run, base: ResolvedRun | null): readonly number[] {
  const tokens = run.tokens ?? base?.tokens;
  if (!tokens || tokens.length === 0)
    throw new Error(`run '${run.id}': no tokens. Give tokens, or a base that has them.`);
  if (base && run.tokens)
    throw new Error(`run '${run.id}': has tokens and a base. A run with a base inherits its tokens.`);
  if (tokens.length > spec.nCtx) {
    throw new Error(
      `run '${run.id}': prompt too long, got ${tokens.length} tokens, expected at most ${spec.nCtx}. Shorten the prompt.`,
    );
  }
  for (const token of tokens) checkToken(spec, run.id, token);
  return tokens;
}

/** A prompt's token must be a row of the embedding table; a model without a head has no other vocabulary. */
function checkToken(spec: ModelSpec, id: string, token: number): void {
  if (!Number.isInteger(token) || token < 0 || token >= spec.nEmbeddings) {
    throw new Error(`run '${id}': token id out of range, got ${token}, expected 0..${spec.nEmbeddings - 1}.`);
  }
}

/** Token ids are known before the pass, so writing `hook_tokens` rewrites the prompt. */
function applyTokenEdits(
  spec: ModelSpec,
  id: string,
  tokens: readonly number[],
  edits: readonly ResolvedEdit[],
): readonly number[] {
  const changed = [...tokens];
  for (const edit of edits.filter((e) => e.site.kind === 'hook_tokens')) {
    if (
      edit.op !== 'set' ||
      !edit.source ||
      (edit.source.kind !== 'constant' && edit.source.kind !== 'vector')
    ) {
      throw new Error(
        `run '${id}': hook_tokens holds token ids, got op '${edit.op}', expected 'set' from a constant or a vector.`,
      );
    }
    for (const [i, row] of edit.rows.entries()) {
      const value =
        edit.source.kind === 'constant'
          ? edit.source.value
          : edit.source.values[i % edit.source.values.length]!;
      checkToken(spec, id, value);
      changed[row] = value;
    }
  }
  return changed;
}

function resolveEdit(
  spec: ModelSpec,
  id: string,
  edit: Edit,
  T: number,
  site: (name: string) => Site,
  earlier: ReadonlyMap<string, ResolvedRun>,
): ResolvedEdit {
  const at = site(edit.site);
  const where = `run '${id}': edit of ${edit.site}`;
  checkRows(where, edit.rows, T);
  const { heads, perHead } = rowLayout(spec, at, T);
  if (
    edit.head !== undefined &&
    !(headAxisOf(at) && Number.isInteger(edit.head) && edit.head >= 0 && edit.head < heads)
  ) {
    const expected = headAxisOf(at) ? `0..${heads - 1}` : 'no head (this site has none)';
    throw new Error(`${where}: head out of range, got ${edit.head}, expected ${expected}.`);
  }
  const [begin, end] = edit.columns ?? [0, perHead];
  if (!(Number.isInteger(begin) && Number.isInteger(end) && begin >= 0 && begin < end && end <= perHead)) {
    throw new Error(
      `${where}: columns out of range, got [${begin}, ${end}), expected within [0, ${perHead}).`,
    );
  }
  const chosen = edit.head === undefined ? Array.from({ length: heads }, (_, h) => h) : [edit.head];
  const spans: Span[] = chosen.map((h) => [h * perHead + begin, h * perHead + end]);
  const alpha = edit.alpha ?? 1;
  if (!Number.isFinite(alpha)) throw new Error(`${where}: alpha must be a finite number, got ${alpha}.`);
  if (edit.op === 'scale' ? edit.source !== undefined : edit.source === undefined) {
    throw new Error(
      `${where}: op '${edit.op}' ${edit.op === 'scale' ? 'takes no source' : 'needs a source'}.`,
    );
  }
  if (edit.source) checkSource(where, edit.source, edit.rows, end - begin, spans.length, earlier, T);
  return {
    key: canonicalKey(spec, at),
    site: at,
    rows: edit.rows,
    spans,
    op: edit.op,
    alpha,
    source: normalizeSource(spec, where, edit.source ?? null, at, site, T),
    asked: edit,
  };
}

/** A 'run' source without a site means the edit's own site; names become canonical keys. */
function normalizeSource(
  spec: ModelSpec,
  where: string,
  source: EditSource | null,
  at: Site,
  site: (name: string) => Site,
  T: number,
): EditSource | null {
  if (source?.kind !== 'run') return source;
  const from = source.site === undefined ? at : site(source.site);
  const [ours, theirs] = [rowLayout(spec, at, T), rowLayout(spec, from, T)];
  if (ours.heads !== theirs.heads || ours.perHead !== theirs.perHead) {
    throw new Error(
      `${where}: source site ${from.name} has rows of ${theirs.heads} x ${theirs.perHead}, expected ${ours.heads} x ${ours.perHead}.`,
    );
  }
  return { ...source, site: canonicalKey(spec, from) };
}

function checkRows(where: string, rows: readonly number[], T: number): void {
  const bad = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= T);
  if (bad !== undefined)
    throw new Error(`${where}: row out of range, got ${bad}, expected 0..${T - 1} (absolute positions).`);
  if (rows.length === 0) throw new Error(`${where}: no rows, expected at least one position.`);
}

function checkSource(
  where: string,
  source: EditSource,
  rows: readonly number[],
  perHead: number,
  heads: number,
  earlier: ReadonlyMap<string, ResolvedRun>,
  T: number,
): void {
  const sizes = [perHead, perHead * heads, perHead * heads * rows.length];
  if (source.kind === 'vector' && !sizes.includes(source.values.length)) {
    const expected = [...new Set(sizes)].join(' or ');
    throw new Error(
      `${where}: vector has ${source.values.length} values, expected ${expected} (columns, or heads x columns, or rows x heads x columns).`,
    );
  }
  const runs = source.kind === 'run' ? [source.run] : source.kind === 'mean' ? source.runs : [];
  if (source.kind === 'mean' && runs.length === 0)
    throw new Error(`${where}: mean over no runs, expected at least one.`);
  for (const run of runs) {
    const from = earlier.get(run);
    if (!from) throw new Error(`${where}: unknown source run, got '${run}', expected an earlier run's id.`);
    if (from.tokens.length !== T) {
      throw new Error(
        `${where}: source run '${run}' has ${from.tokens.length} tokens, expected ${T}. Prompts must have equal length.`,
      );
    }
  }
}

function resolveCapture(
  spec: ModelSpec,
  id: string,
  capture: Capture,
  T: number,
  site: (name: string) => Site,
) {
  const at = site(capture.site);
  const square = at.axes.includes('S');
  if (capture.rows) {
    if (square) throw new Error(`run '${id}': capture of ${capture.site}: comes whole. Leave rows out.`);
    checkRows(`run '${id}': capture of ${capture.site}`, capture.rows, T);
  }
  return { key: canonicalKey(spec, at), site: at, rows: capture.rows ?? null };
}

function checkMetric(spec: ModelSpec, id: string, metric: MetricRow, T: number): MetricRow {
  if (spec.head === 'none') {
    throw new Error(
      `run '${id}': metric: the model has no unembedding, got a metric, expected captures only. Leave the metric out.`,
    );
  }
  checkRows(`run '${id}': metric`, [metric.row], T);
  for (const token of [metric.answer, metric.distractor ?? metric.answer]) {
    if (!Number.isInteger(token) || token < 0 || token >= spec.dVocab) {
      throw new Error(
        `run '${id}': metric token out of range, got ${token}, expected 0..${spec.dVocab - 1}.`,
      );
    }
  }
  return metric;
}
