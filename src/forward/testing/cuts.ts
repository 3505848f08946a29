/** Seeded cuts for any model with edges, for tests that compare two executions. */
import {
  edgeName,
  edgesOf,
  isUpstream,
  parseReceiver,
  parseSender,
  receiverName,
  receiversOf,
} from '../../model/edges';
import { expertsOf, type ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import type { ReadFile } from '../testing';
import type { Cut, CutSource, MetricRow, Run } from '../request/types';
import type { RunResult } from '../request/contract';

/** Numbers in [0, 1). */
type Next = () => number;

export const CUT_SOURCES: Readonly<Record<string, CutSource>> = {
  zero: { kind: 'constant', value: 0 },
  constant: { kind: 'constant', value: 0.1 },
  run: { kind: 'run', run: 'other' },
  mean: { kind: 'mean', runs: ['other', 'third', 'clean'] },
};

/**
 * 'clean', and the runs that supply replacements: 'other' differs from it from position 1 on,
 * 'third' everywhere.
 */
export function cutBases(spec: ModelSpec, clean: readonly number[], metric: MetricRow, next: Next): Run[] {
  const anew = (): number => Math.floor(spec.dVocab * next());
  return [
    { id: 'clean', tokens: clean, metric },
    { id: 'other', tokens: clean.map((token, t) => (t < 1 ? token : anew())), metric },
    { id: 'third', tokens: clean.map(anew), metric },
  ];
}

const pick = <T>(list: readonly T[], next: Next): T => list[Math.floor(list.length * next())]!;

/**
 * Every sender's name: those of `edgesOf`, one neuron of each MLP without experts, and the stream.
 */
function senderNames(spec: ModelSpec, next: Next): string[] {
  const layers = range(0, spec.nLayers);
  const heads = layers.flatMap((l) => range(0, spec.nHeads).map((h) => `a${l}.h${h}`));
  const neuron = (l: number) => (expertsOf(spec, l) ? [] : [`m${l}.n${Math.floor(spec.dMlp * next())}`]);
  const mlps = spec.dMlp === 0 ? [] : layers.flatMap((l) => [`m${l}`, ...neuron(l)]);
  return ['input', ...heads, ...mlps, ...layers.map((l) => `resid${l}`)];
}

/** One edge of every kind of sender and receiver, each with its own source, rows and beta. */
export function everyKindOfCut(spec: ModelSpec, T: number, next: Next): Cut[] {
  const receivers = [
    ...receiversOf(spec).map(receiverName),
    ...range(1, spec.nLayers).map((l) => `resid${l}`),
  ];
  const kind = (name: string): string => name.replaceAll(/\d+/g, '');
  const found = new Map<string, Cut[]>();
  for (const from of senderNames(spec, next)) {
    for (const receiver of receivers) {
      if (!isUpstream(spec, parseSender(from, spec), parseReceiver(receiver, spec))) continue;
      const name = `${kind(from)} ${kind(receiver)}`;
      const cut: Cut = {
        senders: [from],
        receiver,
        source: pick(Object.values(CUT_SOURCES), next),
        ...(next() < 0.3 ? { rows: range(0, T).filter((t) => t === T - 1 || next() < 0.5) } : {}),
        ...(next() < 0.3 ? { beta: 0.3 } : {}),
      };
      found.set(name, [...(found.get(name) ?? []), cut]);
    }
  }
  return [...found.values()].map((cuts) => pick(cuts, next));
}

/** A random share of all edges, one cut per receiver. */
export function jointCut(spec: ModelSpec, share: number, source: CutSource, next: Next): Cut[] {
  const senders = new Map<string, string[]>();
  for (const { from, to } of edgesOf(spec))
    if (next() < share) senders.set(to, [...(senders.get(to) ?? []), from]);
  return [...senders].map(([receiver, from]) => ({ senders: from, receiver, source }));
}

/** `cuts` at all rows, without the edges that `others` cut. */
export function without(cuts: readonly Cut[], others: readonly Cut[]): Cut[] {
  const taken = new Map(others.map(({ receiver, senders }) => [receiver, new Set(senders)]));
  return cuts
    .map((cut) => ({
      ...cut,
      senders: cut.senders.filter((name) => !taken.get(cut.receiver)?.has(name)),
    }))
    .filter(({ senders }) => senders.length > 0);
}

/** From `reference/experiments/edges.py`: Hugging Face's modules with edges cut by hooks. */
interface EdgeGolden {
  readonly clean: readonly number[];
  readonly corrupted: readonly number[];
  readonly answer: number;
  readonly distractor: number;
  readonly levels: Readonly<Record<'clean' | 'corrupted', { readonly logitDifference: number }>>;
  /** Sender, receiver, and for each ablation the logit difference and the score. */
  readonly edges: readonly (readonly [string, string, number, number, number, number])[];
  readonly sets: readonly ({
    readonly cuts: Readonly<Record<string, readonly string[]>>;
  } & Readonly<Record<'corrupted' | 'zero', readonly [number, number]>>)[];
}

export const MODELS_WITH_GOLDEN_EDGES = ['tiny-a', 'tiny-llama', 'atlas'] as const;

/** Runs with golden edges cut, and the distance of their results from PyTorch's. */
export async function goldenCuts(name: string, read: ReadFile) {
  const bytes = await read(`reference/goldens/experiments/${name}/edges.json`);
  const golden = JSON.parse(new TextDecoder().decode(bytes)) as EdgeGolden;
  const { clean, corrupted, answer, distractor, levels } = golden;
  const metric = { row: clean.length - 1, answer, distractor };
  const runs: Run[] = [
    { id: 'clean', tokens: clean, metric },
    { id: 'other', tokens: corrupted, metric },
  ];
  const expected = new Map<string, readonly [difference: number, score: number]>();
  const add = (
    id: string,
    cuts: readonly Omit<Cut, 'source'>[],
    found: Readonly<Record<'corrupted' | 'zero', readonly [number, number]>>,
  ): void => {
    for (const [ablation, source] of [
      ['corrupted', CUT_SOURCES.run!],
      ['zero', CUT_SOURCES.zero!],
    ] as const) {
      const cut = cuts.map((one) => ({ ...one, source }));
      runs.push({ id: `${id} ${ablation}`, base: 'clean', cuts: cut, metric });
      expected.set(`${id} ${ablation}`, found[ablation]);
    }
  };
  for (const [sender, receiver, ...found] of golden.edges) {
    const [a, b, c, d] = found;
    add(edgeName({ from: sender, to: receiver }), [{ senders: [sender], receiver }], {
      corrupted: [a, b],
      zero: [c, d],
    });
  }
  for (const [i, { cuts, ...found }] of golden.sets.entries()) {
    const rows = Object.entries(cuts).map(([receiver, senders]) => ({ senders, receiver }));
    add(`set ${i}`, rows, found);
  }
  const total = levels.clean.logitDifference - levels.corrupted.logitDifference;
  /** Largest errors of a logit difference and a score; the full run is this execution's own. */
  const errors = (results: Readonly<Record<string, RunResult>>) => {
    const of = (id: string): number => results[id]!.metric!.answer - results[id]!.metric!.distractor;
    let [difference, score] = [0, 0];
    for (const [id, [golden, goldenScore]] of expected) {
      difference = Math.max(difference, Math.abs(of(id) - golden));
      score = Math.max(score, Math.abs((of('clean') - of(id)) / total - goldenScore));
    }
    return { difference, score, count: expected.size };
  };
  return { runs, errors };
}
