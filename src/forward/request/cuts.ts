/**
 * The table of cut edges, brought down to edits of what receivers read. Such an edit adds, for each sender, what replaces
 * its contribution and takes the contribution away; both are read where the sender's output is.
 */
import { findSite, rowLayout, type Site } from '../../model/sites';
import {
  isUpstream,
  parseReceiver,
  parseSender,
  type Receiver,
  refuseWithoutEdges,
  type Sender,
} from '../../model/edges';
import type { ModelSpec } from '../../model/spec';
import { push } from '../../util/lists';
import {
  canonicalKey,
  checkNumbers,
  checkRows,
  checkSourceRuns,
  type EarlierRuns,
  type ResolvedCut,
  type ResolvedEdit,
  type Term,
} from './resolveEdits';
import { everyPosition } from './positions';
import { stageOf } from '../plan/stages';
import type { Cut } from './types';
import { named, quoted } from '../../util/parse';

export function resolveCut(
  spec: ModelSpec,
  id: string,
  cut: Cut,
  T: number,
  earlier: EarlierRuns,
): ResolvedEdit {
  const {
    senders,
    receiver,
    rows = everyPosition(T),
    beta = 0,
    source = { kind: 'constant', value: 0 },
  } = cut;
  const where = `run ${quoted(id)}: cut to ${named(receiver)}`;
  refuseWithoutEdges(spec, where);
  const to = parseReceiver(receiver, spec, where);
  if (cut.rows) checkRows(where, rows, T);
  if (!(beta >= 0 && beta <= 1))
    throw new Error(`${where}: beta out of range, got ${beta}, expected 0 to 1.`);
  if (senders.length === 0) throw new Error(`${where}: no senders, expected at least one.`);
  if (source.kind === 'constant') checkNumbers(where, 'constant', [source.value]);
  checkSourceRuns(where, source, earlier, T);
  const terms = termsOf(spec, senders, to, where);
  const site = findSite(spec, receiverSite(spec, to));
  const D = spec.dModel;
  const head = to.part === 'head' ? to.head : 0;
  return {
    key: canonicalKey(spec, site),
    site,
    rows,
    spans: [[head * D, (head + 1) * D]],
    layout: rowLayout(spec, site, T),
    op: 'cut',
    alpha: 1,
    source: null,
    cut: { terms, share: 1 - beta, source },
    looksAhead: false,
    asked: cut,
  };
}

/** Throws one sentence if an edge is cut that is cut already, here or in the base: what it carries would be taken away twice. */
export function refuseCutTwice(
  id: string,
  own: readonly ResolvedEdit[],
  inherited: readonly ResolvedEdit[],
): void {
  const cuts = own.filter(({ op }) => op === 'cut');
  if (cuts.length === 0) return;
  /** By receiver and sender, the positions at which that edge is cut: one list per cut. */
  const rowsOf = new Map<string, Map<string, (readonly number[])[]>>();
  const sendersOf = ({ receiver }: Cut) => {
    const found = rowsOf.get(receiver) ?? new Map<string, (readonly number[])[]>();
    rowsOf.set(receiver, found);
    return found;
  };
  for (const { op, asked, rows } of inherited) {
    if (op !== 'cut') continue;
    for (const sender of (asked as Cut).senders) push(sendersOf(asked as Cut), sender, rows);
  }
  for (const { asked, rows } of cuts) {
    const { senders, receiver } = asked as Cut;
    const before = sendersOf(asked as Cut);
    for (const sender of senders) {
      const twice = before.get(sender)?.flatMap((others) => others.filter((row) => rows.includes(row)));
      if (twice && twice.length > 0)
        throw new Error(
          `run ${quoted(id)}: cut to ${named(receiver)}: the edge from ${sender} is cut already, got it again at position ${twice[0]}, expected each once.`,
        );
      push(before, sender, rows);
    }
  }
}

/** Where a receiver alone reads the stream, before its norm. */
function receiverSite({ nLayers: L }: ModelSpec, to: Receiver): string {
  if (to.part === 'logits') return `blocks.${L - 1}.hook_resid_post`;
  const block = `blocks.${to.layer}`;
  if (to.part === 'head') return `${block}.hook_${to.input}_input`;
  return to.part === 'mlp' ? `${block}.hook_mlp_in` : `${block}.hook_resid_pre`;
}

/** Contributions by the tensor that they are in, in the order in which the senders first name it. */
function termsOf(spec: ModelSpec, senders: readonly string[], to: Receiver, where: string): Term[] {
  const bySite = new Map<Site, number[]>();
  const seen = new Set<string>();
  for (const name of senders) {
    if (seen.has(name)) throw new Error(`${where}: sender ${name} is given twice, expected each once.`);
    seen.add(name);
    const from = parseSender(name, spec, where);
    if (!isUpstream(spec, from, to))
      throw new Error(`${where}: ${name} does not come before it. Choose a sender that does.`);
    const site = findSite(spec, senderSite(from));
    const columns = bySite.get(site) ?? [];
    columns.push(from.part === 'head' ? from.head * spec.dModel : from.part === 'neuron' ? from.neuron : 0);
    bySite.set(site, columns);
  }
  return [...bySite].map(([site, columns]) => ({
    key: canonicalKey(spec, site),
    site,
    stage: stageOf(spec, site),
    columns,
    isNeuron: site.kind === 'mlp.hook_post',
  }));
}

/** Where a sender's output is. */
function senderSite(from: Sender): string {
  if (from.part === 'input') return 'blocks.0.hook_resid_pre';
  const names = {
    head: 'attn.hook_result',
    mlp: 'hook_mlp_out',
    neuron: 'mlp.hook_post',
    resid: 'hook_resid_pre',
  } as const;
  return `blocks.${from.layer}.${names[from.part]}`;
}

/** Earlier runs that a cut's replacement is read from. */
export function cutRuns({ source }: ResolvedCut): readonly string[] {
  if (source.kind === 'constant') return [];
  return source.kind === 'run' ? [source.run] : source.runs;
}
