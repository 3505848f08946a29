/**
 * Finds why a run's numbers are not finite: the first such site in the order of the pass, and the
 * weight or edit responsible. Runs again with sites captured, block by block and then within the
 * block.
 */
import { resolveRuns } from '../forward/request/resolve';
import { allEdits, type ResolvedRun, sourcesOf, type ResolvedEdit } from '../forward/request/resolved';
import { canonicalKey, blockOutput, listSites, siteShape } from '../model/sites';
import { LOGITS, type Site } from '../model/siteKinds';
import type { Run } from '../forward/request/types';
import type { ForwardRequest, ForwardResult } from '../forward/request/contract';
import { countedNotFinite, type NotFiniteWeights } from '../load/notFinite';
import type { ModelSpec } from '../model/spec';
import { elements } from '../util/elements';

/** Numbers captured at once. */
const CAPTURED_AT_ONCE = 2 ** 24;

export interface Suspect {
  readonly spec: ModelSpec;
  readonly forward: (request: ForwardRequest) => Promise<ForwardResult>;
  readonly notFinite: readonly NotFiniteWeights[];
  /** The request's runs, and the one with a site that is not finite. */
  readonly runs: readonly Run[];
  readonly id: string;
  readonly site: string;
}

/** Whether a captured tensor is finite. A masked score is -infinity, which is allowed. */
export function isFiniteTensor(site: string, data: Float32Array): boolean {
  const isScores = site.endsWith('hook_attn_scores');
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!Number.isFinite(value) && !(isScores && value === Number.NEGATIVE_INFINITY)) return false;
  }
  return true;
}

/** Returns one sentence. If the search itself fails, the sentence says less, but nothing wrong. */
export async function whyNotFinite(suspect: Suspect): Promise<string> {
  const what = suspect.site === LOGITS ? 'logits are not finite' : `${suspect.site} is not finite`;
  const reason = await reasonOf(suspect).catch(() => weightText(suspect.notFinite[0]));
  return reason === null ? `${what}.` : `${what}, first at ${reason}`;
}

/** As `whyNotFinite`, for a gradient: what the seed is made of is examined first. */
export async function whyGradientNotFinite(suspect: Suspect): Promise<string> {
  const { forward, runs, id, site } = suspect;
  const { seed } = runs.find((run) => run.id === id)!.gradients!;
  const read = 'mean' in seed ? { site: LOGITS, rows: rowsOf(seed.mean) } : { site: seed.site };
  const reads = runs.map((run) => ({ ...withoutResults(run), ...(run.id === id && { captures: [read] }) }));
  const found = await forward({ runs: reads, reuse: 'naive' });
  const [last, { data }] = Object.entries(found.runs[id]!.captures)[0]!;
  if (!isFiniteTensor(last, data)) return whyNotFinite({ ...suspect, site: last });
  return (
    `the gradient at ${site} is not finite, though the run is: it overflows on its way back from the seed. ` +
    'Use smaller numbers in the seed and the edits.'
  );
}

const rowsOf = (scalars: readonly { readonly row: number }[]): number[] => [
  ...new Set(scalars.map(({ row }) => row)),
];

async function reasonOf(suspect: Suspect): Promise<string> {
  const { spec, forward, notFinite, runs, id } = suspect;
  const resolved = resolveRuns(spec, runs);
  const run = resolved.find((candidate) => candidate.id === id)!;
  const needed = idsNeeded(resolved, run);
  const others = runs.filter((other) => needed.has(other.id)).map(withoutResults);
  const own = withoutResults(runs.find((other) => other.id === id)!);
  const first = await firstSite(suspect, run, [...others, own]);

  const edit = lastEditBefore(spec, run, first);
  if (edit) {
    const plain = { id: 'plain', tokens: run.tokens, captures: [captureOf(run, first)] };
    const { runs: again } = await forward({ runs: [plain], reuse: 'naive' });
    if (isFiniteTensor(first.name, again.plain!.captures[first.name]!.data))
      return `${first.name}: ${editText(edit)} overflows. Use smaller numbers.`;
  }
  const weight = weightText(notFinite.find(({ name }) => explains(spec, name, first)));
  return weight ?? `${first.name}: the numbers overflow there, and no weight explains it.`;
}

/** The other runs that a run takes values from, directly or through others. */
function idsNeeded(resolved: readonly ResolvedRun[], run: ResolvedRun): Set<string> {
  const needed = new Set<string>();
  const visit = (id: string): void => {
    if (needed.has(id)) return;
    needed.add(id);
    const at = resolved.find((candidate) => candidate.id === id)!;
    if (at.base) visit(at.base.id);
    for (const edit of allEdits(at)) for (const source of sourcesOf(edit)) visit(source);
  };
  visit(run.id);
  needed.delete(run.id);
  return needed;
}

function withoutResults({ metric: _metric, captures: _captures, gradients: _, ...run }: Run): Run {
  return run;
}

/** The first site that is not finite, up to the suspect one. `runs` ends with the run itself. */
async function firstSite(
  { spec, forward, site }: Suspect,
  run: ResolvedRun,
  runs: readonly Run[],
): Promise<Site> {
  const all = listSites(spec).filter(({ kind }) => kind !== 'hook_tokens');
  const until = all.slice(0, all.findIndex(({ name }) => name === site) + 1);
  const outputs = new Set(Array.from({ length: spec.nLayers }, (_, l) => blockOutput(spec, l)));
  const firstOf = async (sites: readonly Site[]): Promise<Site | undefined> => {
    for (const piece of piecesOf(spec, run, sites)) {
      const own = { ...runs.at(-1)!, captures: piece.map((one) => captureOf(run, one)) };
      const { runs: results } = await forward({ runs: [...runs.slice(0, -1), own], reuse: 'naive' });
      const { captures } = results[run.id]!;
      const found = piece.find(({ name }) => !isFiniteTensor(name, captures[name]!.data));
      if (found) return found;
    }
    return undefined;
  };
  const leaving = until.filter(({ name }) => outputs.has(name));
  const output = await firstOf(leaving);
  const sound = output ? leaving[leaving.indexOf(output) - 1] : leaving.at(-1);
  const begin = sound ? until.indexOf(sound) + 1 : 0;
  const last = output ?? until.at(-1)!;
  return (await firstOf(until.slice(begin, until.indexOf(last) + 1))) ?? last;
}

/** Only the row of logits that counts: all rows may exceed a binding. */
function captureOf({ metric }: ResolvedRun, { name }: Site) {
  return name === LOGITS && metric ? { site: name, rows: [metric.row] } : { site: name };
}

function piecesOf(spec: ModelSpec, { tokens }: ResolvedRun, sites: readonly Site[]): Site[][] {
  const pieces: Site[][] = [];
  let room = 0;
  for (const site of sites) {
    const size = elements(siteShape(spec, site, tokens.length));
    if (size > room) {
      pieces.push([]);
      room = CAPTURED_AT_ONCE;
    }
    pieces.at(-1)!.push(site);
    room -= size;
  }
  return pieces;
}

function lastEditBefore(spec: ModelSpec, run: ResolvedRun, site: Site): ResolvedEdit | undefined {
  const order = new Map(listSites(spec).map((one, i) => [canonicalKey(spec, one), i]));
  const place = (key: string): number => order.get(key) ?? 0;
  return allEdits(run)
    .filter(({ key }) => place(key) <= place(canonicalKey(spec, site)))
    .sort((a, b) => place(a.key) - place(b.key))
    .at(-1);
}

function editText({ site, op, alpha, source }: ResolvedEdit): string {
  const number = (value: number) => (Math.abs(value) < 1e6 ? `${value}` : value.toExponential());
  const by = op === 'scale' ? ` by ${number(alpha)}` : alpha === 1 ? '' : `, alpha ${number(alpha)}`;
  const value =
    source?.kind === 'noise'
      ? `, noise of ${number(source.scale)}`
      : source?.kind === 'constant'
        ? `, ${number(source.value)}`
        : '';
  return `the edit of ${site.name} (${op.replaceAll('_', ' ')}${by}${value})`;
}

/** 'blocks.3.ln1: weight has 1 NaN'; null for none. */
function weightText(weight: NotFiniteWeights | undefined): string | null {
  if (!weight) return null;
  const { name, tensor } = weight;
  const dot = name.lastIndexOf('.');
  const part = name.slice(dot + 1);
  const what = `${{ w: 'weight', b: 'bias' }[part] ?? part} ${countedNotFinite(weight)}`;
  return `${name.slice(0, dot)}: ${what} (tensor ${tensor}). Use another copy of the model.`;
}

const OF_MLP = /^(mlp\.|ln2|hook_mlp|hook_resid_mid|hook_resid_post|hook_normalized_resid)/;

/** Whether a weight is read in the site's part of the pass: embedding, attention, MLP, head. */
function explains(spec: ModelSpec, weight: string, site: Site): boolean {
  const [, layer, rest] = /^blocks\.(\d+)\.(.+)$/.exec(weight) ?? [];
  if (layer === undefined) {
    const isEmbedding = /^(embed|pos_embed)\./.test(weight);
    if (site.layer === null && !/^(hook_|embed\.)/.test(site.kind))
      return !isEmbedding || (spec.tied && weight === 'embed.W_E' && site.name === LOGITS);
    return isEmbedding && (site.layer === null || (site.layer === 0 && site.kind === 'hook_resid_pre'));
  }
  if (Number(layer) !== site.layer) return false;
  return OF_MLP.test(site.kind) || !OF_MLP.test(rest!);
}
