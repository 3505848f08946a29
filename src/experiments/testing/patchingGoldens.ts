/** Activation and path patching by PyTorch and TransformerLens, and the studies that must match. */
import type { Golden } from '../../forward/testing';
import type { RunForward } from '../../forward/request/contract';
import { gridNames } from '../common/grids';
import { patchingExperiment } from '../activation-patching/experiment';
import { pathPatchingExperiment } from '../path-patching/experiment';
import { receiverName, senderName } from '../../model/edges';
import { allSenders, type PathReceiver } from '../path-patching/paths';
import { type Pair, pairQuestion } from './pair';
import { maxOf } from '../../util/lists';
import { figureOf, largestDifference, runStudy } from './study';

interface Grid {
  readonly shape: readonly number[];
  readonly values: readonly unknown[];
}

export interface PatchingGolden extends Pair {
  readonly denoising: Readonly<Record<string, Grid>>;
  readonly noising: Readonly<Record<string, Grid>>;
}

type Path = readonly [sender: string, receiver: string, recomputed: number, frozen: number];

export interface PathGolden extends Pair {
  readonly denoising: { readonly paths: readonly Path[] };
  readonly noising: { readonly paths: readonly Path[] };
}

const DIRECTIONS = { denoise: 'denoising', noise: 'noising' } as const;
type Direction = keyof typeof DIRECTIONS;

/** Largest difference per golden grid, in logits. */
export async function patchingErrors(
  golden: Golden,
  theirs: PatchingGolden,
  direction: Direction,
  forward?: RunForward,
): Promise<Record<string, number>> {
  const grids = gridNames.filter((name) => theirs[DIRECTIONS[direction]][name]);
  const spec = { ...pairQuestion(theirs), scale: 'raw', kind: 'activation-patching', direction, grids };
  const document = await runStudy(patchingExperiment, spec, golden, forward);
  return Object.fromEntries(
    grids.map((name) => {
      const values = theirs[DIRECTIONS[direction]][name]!.values.flat(4) as number[];
      return [name, largestDifference(figureOf(document, name), values)];
    }),
  );
}

/** Largest difference of estimates and measurements, made together, from the float64 reference's. */
export async function bothErrors(
  golden: Golden,
  pair: Pair,
  asked: Readonly<Record<string, unknown>>,
  forward: RunForward,
): Promise<{ readonly error: number; readonly figures: number }> {
  const grids = ['mlp_out', 'attn_head_out_by_pos', 'attn_head_q_by_pos', 'attn_head_k_by_pos', 'neurons'];
  const spec = {
    ...pairQuestion(pair),
    scale: 'raw',
    kind: 'activation-patching',
    by: 'both',
    grids,
    ...asked,
  };
  const [ours, truth] = [
    await runStudy(patchingExperiment, spec, golden, forward),
    await runStudy(patchingExperiment, spec, golden),
  ];
  const maps = truth.figures.filter(({ drawn }) => drawn === 'heatmap');
  const errors = maps.map(({ name, values }) => largestDifference(figureOf(ours, name), values as number[]));
  return { error: maxOf(errors), figures: maps.length };
}

function parseReceiver(name: string): PathReceiver {
  const head = /^a(\d+)\.h(\d+)<([qkv])>$/.exec(name);
  if (head) {
    const [, layer, index, input] = head;
    return { part: 'head', layer: Number(layer), head: Number(index), input: input as 'q' };
  }
  const mlp = /^m(\d+)$/.exec(name);
  if (mlp) return { part: 'mlp', layer: Number(mlp[1]) };
  return { part: 'logits' };
}

/** Largest difference over all paths, in logits, and the number of paths. */
export async function pathErrors(
  golden: Golden,
  theirs: PathGolden,
  direction: Direction,
  mlps: 'recomputed' | 'frozen',
  forward?: RunForward,
): Promise<{ readonly worst: number; readonly paths: number }> {
  const { paths } = theirs[DIRECTIONS[direction]];
  const receivers = [...new Set(paths.map(([, to]) => to))].map(parseReceiver);
  const spec = { ...pairQuestion(theirs), scale: 'raw', kind: 'path-patching', direction, receivers, mlps };
  const document = await runStudy(pathPatchingExperiment, spec, golden, forward);
  const senders = allSenders(golden.spec).map(senderName);
  const levels = await levelsOf(golden, theirs, forward);
  let worst = 0;
  for (const [from, to, recomputed, frozen] of paths) {
    const figure = figureOf(document, `to ${receiverName(parseReceiver(to))}`);
    const supports = figure.values[senders.indexOf(from)];
    if (supports === null || supports === undefined) throw new Error(`${from} -> ${to}: not measured.`);
    const patched = direction === 'noise' ? levels.clean - supports : levels.corrupted + supports;
    worst = Math.max(worst, Math.abs(patched - (mlps === 'recomputed' ? recomputed : frozen)));
  }
  return { worst, paths: paths.length };
}

async function levelsOf(
  golden: Golden,
  pair: Pair,
  forward?: RunForward,
): Promise<{ clean: number; corrupted: number }> {
  const spec = { ...pairQuestion(pair), scale: 'raw', kind: 'activation-patching', grids: ['attn_out'] };
  const { levels } = figureOf(await runStudy(patchingExperiment, spec, golden, forward), 'attn_out');
  const at = (name: string) => levels!.find((level) => level.name === name)!.value;
  return { clean: at('clean'), corrupted: at('corrupted') };
}
