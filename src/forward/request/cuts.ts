/**
 * Converts the table of cut edges to edits of receivers' inputs. For each sender, such an edit adds
 * the replacement and subtracts the contribution; both are read from the sender's output.
 */
import { findSite, rowLayout, canonicalKey } from '../../model/sites';
import {
  isUpstream,
  parseReceiver,
  parseSender,
  type Receiver,
  refuseWithoutEdges,
  type Sender,
} from '../../model/edges';
import { receiverSite, senderSite } from '../../model/edgeSites';
import type { ModelSpec } from '../../model/spec';
import { push } from '../../util/lists';
import { checkSourceRuns, type EarlierRuns } from './resolveEdits';
import { checkNumbers, checkRows } from './checks';
import type { ResolvedEdit, Term } from './resolved';
import { everyPosition } from './positions';
import { stageOf } from '../plan/stages';
import type { Cut } from './types';
import { named, quoted } from '../../util/parse';
import { cached } from '../../util/cached';

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

/** A run and what it varies, as far as cuts need them. */
interface Cutting {
  readonly base: Cutting | null;
  readonly own: readonly ResolvedEdit[];
}

/** For one receiver, by sender: the positions at which the edge is cut, one list per cut. */
type CutEdges = Map<string, (readonly number[])[]>;

/** A run's own cuts by receiver, made when a variation also cuts there. */
const ownEdges = new WeakMap<Cutting, Map<string, CutEdges>>();

function edgesInto(run: Cutting, receiver: string): CutEdges {
  const known = cached(ownEdges, run, () => new Map<string, CutEdges>());
  return cached(known, receiver, () => {
    const edges: CutEdges = new Map();
    for (const { cut, asked, rows } of run.own)
      if (cut && (asked as Cut).receiver === receiver)
        for (const sender of (asked as Cut).senders) push(edges, sender, rows);
    return edges;
  });
}

/** Throws an Error if an edge is cut twice, here or in the base: it would be subtracted twice. */
export function refuseCutTwice(id: string, own: readonly ResolvedEdit[], base: Cutting | null): void {
  const byReceiver = new Map<string, ResolvedEdit[]>();
  for (const edit of own) if (edit.cut) push(byReceiver, (edit.asked as Cut).receiver, edit);
  for (const [receiver, cuts] of byReceiver) {
    const edges: CutEdges = new Map();
    for (const [n, { asked, rows }] of cuts.entries()) {
      for (let run = base; run; run = run.base) refuseTwice(id, asked as Cut, rows, edgesInto(run, receiver));
      refuseTwice(id, asked as Cut, rows, edges);
      // The senders of one cut are distinct.
      if (n < cuts.length - 1) for (const sender of (asked as Cut).senders) push(edges, sender, rows);
    }
  }
}

function refuseTwice(
  id: string,
  { senders, receiver }: Cut,
  rows: readonly number[],
  before: CutEdges,
): void {
  if (before.size === 0) return;
  for (const sender of senders) {
    const twice = before.get(sender)?.flatMap((others) => others.filter((row) => rows.includes(row)));
    if (twice && twice.length > 0)
      throw new Error(
        `run ${quoted(id)}: cut to ${named(receiver)}: the edge from ${sender} is cut already, got it again at position ${twice[0]}, expected each once.`,
      );
  }
}

/** A sender, and where its contribution is read. */
interface Sending extends Omit<Term, 'columns'> {
  readonly from: Sender;
  readonly column: number;
  /** Number of the last list that named it. */
  list: number;
}

/** Lists of senders are numbered, to find duplicate senders without a set per list. */
let lists = 0;

/** By name: a small model's graph names a hundred senders tens of thousands of times. */
const sendings = new WeakMap<ModelSpec, Map<string, Sending>>();

function sendingOf(spec: ModelSpec, name: string, where: string): Sending {
  return sendings.get(spec)?.get(name) ?? newSending(spec, name, where);
}

function newSending(spec: ModelSpec, name: string, where: string): Sending {
  const from = parseSender(name, spec, where);
  const site = findSite(spec, senderSite(from));
  const column = from.part === 'head' ? from.head * spec.dModel : from.part === 'neuron' ? from.neuron : 0;
  const [key, stage] = [canonicalKey(spec, site), stageOf(spec, site)];
  const sending = { from, site, key, stage, column, isNeuron: from.part === 'neuron', list: 0 };
  cached(sendings, spec, () => new Map<string, Sending>()).set(name, sending);
  return sending;
}

/** Groups contributions by tensor, in the order in which the senders first name it. */
function termsOf(spec: ModelSpec, senders: readonly string[], to: Receiver, where: string): Term[] {
  const terms: (Term & { readonly columns: number[] })[] = [];
  const list = ++lists;
  let last: (typeof terms)[number] | undefined;
  for (let i = 0; i < senders.length; i++) {
    const sending = sendingOf(spec, senders[i]!, where);
    if (sending.list === list)
      throw new Error(`${where}: sender ${senders[i]} is given twice, expected each once.`);
    sending.list = list;
    // Senders of one tensor are mostly adjacent.
    if (last?.site !== sending.site) {
      if (!isUpstream(spec, sending.from, to))
        throw new Error(`${where}: ${senders[i]} does not come before it. Choose a sender that does.`);
      const { key, site, stage, isNeuron } = sending;
      last = terms.find((term) => term.site === site) ?? { key, site, stage, isNeuron, columns: [] };
      if (last.columns.length === 0) terms.push(last);
    }
    last!.columns.push(sending.column);
  }
  return terms;
}
