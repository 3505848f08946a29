/**
 * Plans what a sweep's cuts read: the senders, in one order for all sweeps; their replacements; and
 * where every sender's delta (contribution minus replacement) will be. Rows of a base come first,
 * shared by the members that entered later, then the sweep's own.
 */
import type { ModelSpec } from '../../model/spec';
import { cached } from '../../util/cached';
import { maxOf } from '../../util/lists';
import { range } from '../../util/range';
import { type ResolvedEdit, runsOf } from '../request/resolved';
import type { CutSource } from '../request/types';
import { memberLists, readsOf } from '../plan/editLists';
import { type Member, type Sweep, SWEEP_TENSOR_BYTES } from '../plan/sweep';
import { CutRecords, type SendersAt } from './cutRecords';
import type { CutPlan, DeltaTensor, ReplacedAlike, Turn } from './cutTurns';
import { type Place, RowMap, samplesOf } from './rows';

const sourceName = (source: CutSource): string => runsOf(source).join('|');

/** Null if nothing is cut. */
export function planCuts(spec: ModelSpec, sweep: Sweep, maxBindingBytes: number): CutPlan | null {
  const { members } = sweep;
  const cuts = new Map<readonly ResolvedEdit[], Sources>();
  const turnsOf = members.map((member) => memberTurns(member, cuts));
  if (turnsOf.every(({ size }) => size === 0)) return null;
  const sites = sitesOf(spec, cuts.keys());
  const { rows, countAt } = lastingRows(sweep);
  const most = Math.min(maxBindingBytes, SWEEP_TENSOR_BYTES) / 4;
  const around = { dModel: spec.dModel, sweep, countAt, most };
  const count = maxOf(turnsOf.map(({ size }) => size));
  const turns = range(0, count).map((index): Turn => {
    const sources = turnsOf.map((own) => [...own.values()][index] ?? null);
    const rows = baseRowsOf(members, sources);
    const tensors = tensorsOf(around, index, sites, rows.baseRows);
    const groups = groupsOf(members, sources, cuts);
    return { index, sources, ...rows, groups, ...tensors, made: new Set() };
  });
  const orders = turnsOf.map((own) => [...own.keys()]);
  const number = numbering<string>();
  const ofList = numbering<readonly unknown[]>();
  return {
    turns,
    rows,
    countAt,
    turnOf: ({ index }, { cut }) => orders[index]!.indexOf(sourceName(cut!.source)),
    orderOf: ({ index }) => number(orders[index]!.join('\n')),
    numberOf: ofList,
  };
}

/** Numbers things 0, 1, .. in order of first request. */
function numbering<T>(): (thing: T) => number {
  const numbers = new Map<T, number>();
  return (thing) => cached(numbers, thing, () => numbers.size);
}

/** By name: a source, and the tensors whose senders it replaces. */
type Sources = ReadonlyMap<string, { readonly source: CutSource; readonly keys: Set<string> }>;

/** A member's sources by name, in the order of its cuts. `known` caches those of lists. */
function memberTurns(
  member: Member,
  known: Map<readonly ResolvedEdit[], Sources>,
): ReadonlyMap<string, CutSource> {
  const turns = new Map<string, CutSource>();
  for (const list of memberLists(member).values())
    for (const [name, { source }] of cached(known, list, () => sourcesIn(list)))
      if (!turns.has(name)) turns.set(name, source);
  return turns;
}

function sourcesIn(list: readonly ResolvedEdit[]): Sources {
  const sources = new Map<string, { source: CutSource; keys: Set<string> }>();
  for (const { cut } of list) {
    if (!cut) continue;
    const { source } = cut;
    const { keys } = cached(sources, sourceName(source), () => ({ source, keys: new Set<string>() }));
    for (const { key } of cut.terms) keys.add(key);
  }
  return sources;
}

/** Every tensor whose senders are cut, in the order of the pass, neurons last. */
function sitesOf(spec: ModelSpec, lists: Iterable<readonly ResolvedEdit[]>): SendersAt[] {
  const found = new Map<string, Omit<SendersAt, 'first' | 'index'>>();
  for (const list of lists)
    for (const { terms } of readsOf(list).cuts)
      for (const { key, stage, isNeuron, site } of terms) {
        const isByHead = site.kind === 'attn.hook_result';
        const count = isNeuron ? spec.dMlp : isByHead ? spec.nHeads : 1;
        found.set(key, { key, stage, count, neuronsOf: isNeuron ? site.layer : null });
      }
  const isNeuron = (one: Omit<SendersAt, 'first' | 'index'>): number => Number(one.neuronsOf !== null);
  const sorted = [...found.values()].sort(
    (a, b) => isNeuron(a) - isNeuron(b) || a.stage - b.stage || (a.key < b.key ? -1 : 1),
  );
  let next = 0;
  return sorted.map((one, i) => {
    const first = one.neuronsOf === null ? next : 0;
    if (one.neuronsOf === null) next += one.count;
    // Neurons have separate records.
    return { ...one, first, index: one.neuronsOf === null ? i : 0 };
  });
}

/** The sweep's rows in order of entry, and how many are present at each stage. */
function lastingRows({
  members,
  T,
  rows: expected,
  entering,
  lastStage,
}: Sweep): Pick<CutPlan, 'rows' | 'countAt'> {
  const rows = new RowMap('table.rows.lasting', members, T, expected);
  const countAt: number[] = [];
  for (let stage = 0; stage <= lastStage; stage++) {
    for (const { member, positions } of entering[stage] ?? []) rows.append(member, positions);
    countAt.push(rows.count);
  }
  return { rows, countAt };
}

/** Members with the same replacement share one copy of a base's rows. */
function baseRowsOf(
  members: readonly Member[],
  sources: readonly (CutSource | null)[],
): Pick<Turn, 'bases' | 'baseRows' | 'makers'> {
  const known = new Map<string, Place>();
  const makers = new Set<number>();
  let baseRows = 0;
  const bases = members.map((member, m) => {
    const [{ base }, source] = [member, sources[m]];
    if (!base || !source) return null;
    const name = `${base.run.id}|${member.begin}|${member.end}|${sourceName(source)}`;
    const T = member.run.tokens.length;
    return cached(known, name, () => {
      const first = baseRows;
      baseRows += samplesOf(member) * T;
      makers.add(m);
      return { first, step: samplesOf(member) === 1 ? 0 : T };
    });
  });
  return { bases, baseRows, makers };
}

function groupsOf(
  members: readonly Member[],
  sources: readonly (CutSource | null)[],
  known: ReadonlyMap<readonly ResolvedEdit[], Sources>,
): ReplacedAlike[] {
  const groups = new Map<string, { members: Member[]; keys: Set<string>; seen: Set<unknown> }>();
  for (const [m, source] of sources.entries()) {
    const member = members[m]!;
    if (!source || source.kind === 'constant') continue;
    const name = sourceName(source);
    const group = cached(groups, `${name}|${member.begin}|${member.end}`, () => {
      return { members: [] as Member[], keys: new Set<string>(), seen: new Set<unknown>() };
    });
    group.members.push(member);
    for (const list of memberLists(member).values()) {
      if (group.seen.has(list)) continue;
      group.seen.add(list);
      for (const key of known.get(list)!.get(name)?.keys ?? []) group.keys.add(key);
    }
  }
  return [...groups.values()];
}

interface Around {
  readonly dModel: number;
  readonly sweep: Sweep;
  readonly countAt: readonly number[];
  readonly most: number;
}

/** Fills each tensor with as many senders as fit; each block's neurons have their own tensor. */
function tensorsOf(
  { dModel: D, sweep, countAt, most }: Around,
  turn: number,
  sites: readonly SendersAt[],
  baseRows: number,
): Pick<Turn, 'tensors' | 'records' | 'neurons'> {
  const ownRows = ({ key, stage }: SendersAt): number => (sweep.recalled.has(key) ? countAt[stage]! : 0);
  const sized = (all: readonly SendersAt[], each: number) => {
    const senders = all.reduce((sum, { count }) => sum + count, 0);
    const rows = baseRows + maxOf(all.map(ownRows), 0);
    return { sites: all, first: all[0]!.first, senders, width: senders * each, rows };
  };
  const plain = sites.filter(({ neuronsOf }) => neuronsOf === null);
  const records = new CutRecords(`masks.${turn}`, plain, D, true);
  const lists: SendersAt[][] = [];
  for (const site of plain) {
    const last = lists.at(-1);
    const both = last && sized([...last, site], D);
    if (last && both!.width * both!.rows <= most) last.push(site);
    else lists.push([site]);
  }
  const tensors = lists.map((list, n) => ({ id: `deltas.${turn}.${n}`, ...sized(list, D), records }));
  const neurons = sites
    .filter(({ neuronsOf }) => neuronsOf !== null)
    .map((site): DeltaTensor => {
      const id = `deltas.${turn}.${site.key}`;
      return { id, ...sized([site], 1), records: new CutRecords(`masks.${id}`, [site], 1, false) };
    });
  return { tensors, records, neurons };
}
