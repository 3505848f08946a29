/**
 * Path patching (Goldowsky-Dill et al. 2023; Wang et al. 2023, the IOI paper) as runs. `orig` and
 * `new` are the two prompts' runs, s a sender, r receivers:
 *   pass 1  both runs;
 *   pass 2  orig, with s at its value in new and all other heads' z at orig, so that only MLPs and
 *           norms lie between s and r (or only norms, with the MLPs at orig too);
 *   pass 3  orig, with only the inputs of r at their values in pass 2.
 * For the logits, pass 2 is the answer: nothing else reads the last residual stream.
 */
import { z } from 'zod';
import type { Edit } from '../../forward/request/types';
import type { ModelSpec } from '../../model/spec';
import { range } from '../../util/range';
import type { SweptRun } from '../contract/sweep';

const layer = z.number().int().nonnegative();

export const sender = z.discriminatedUnion('part', [
  z.object({ part: z.literal('head'), layer, head: layer }).strict(),
  z.object({ part: z.literal('mlp'), layer }).strict(),
]);

export const receiver = z.discriminatedUnion('part', [
  /** One input of one head; for k and v `head` counts key-value heads. */
  z.object({ part: z.literal('head'), layer, head: layer, input: z.enum(['q', 'k', 'v']) }).strict(),
  z.object({ part: z.literal('mlp'), layer }).strict(),
  /** The residual stream before block `layer`. */
  z.object({ part: z.literal('resid'), layer }).strict(),
  z.object({ part: z.literal('logits') }).strict(),
]);

export type PathSender = z.infer<typeof sender>;
export type PathReceiver = z.infer<typeof receiver>;

/** All heads, then MLPs, layer by layer. */
export function allSenders(model: ModelSpec): PathSender[] {
  const layers = Array.from({ length: model.nLayers }, (_, l) => l);
  const heads = layers.flatMap((l) =>
    Array.from({ length: model.nHeads }, (_, h): PathSender => ({ part: 'head', layer: l, head: h })),
  );
  return [...heads, ...layers.map((l): PathSender => ({ part: 'mlp', layer: l }))];
}

export interface PathOptions {
  readonly T: number;
  readonly orig: string;
  readonly new: string;
  readonly mlps: 'recomputed' | 'frozen';
}

/** Pass 2. */
export function sendingRun(model: ModelSpec, from: PathSender, options: PathOptions): SweptRun {
  const { T, orig, mlps } = options;
  const rows = range(0, T);
  const held = { rows, op: 'set' as const, source: { kind: 'run' as const, run: orig } };
  const sent = { rows, op: 'set' as const, source: { kind: 'run' as const, run: options.new } };
  const edits: Edit[] = [
    from.part === 'head'
      ? { site: `blocks.${from.layer}.attn.hook_z`, head: from.head, ...sent }
      : { site: `blocks.${from.layer}.hook_mlp_out`, ...sent },
  ];
  for (let l = from.layer; l < model.nLayers; l++) {
    // Anything before the sender equals orig anyway.
    if (l > from.layer) edits.push({ site: `blocks.${l}.attn.hook_z`, ...held });
    const isAfter = l > from.layer || (from.part === 'head' && !model.parallel);
    if (mlps === 'frozen' && isAfter) edits.push({ site: `blocks.${l}.hook_mlp_out`, ...held });
  }
  return { base: orig, edits };
}

/** Pass 3: `receivers` read their inputs of run `sending`. */
export function receivingRun(
  receivers: readonly PathReceiver[],
  sending: string,
  { T, orig }: PathOptions,
): SweptRun {
  const source = { kind: 'run' as const, run: sending };
  const edits = receivers.map((to): Edit => ({ ...receiverSite(to), rows: range(0, T), op: 'set', source }));
  return { base: orig, edits };
}

function receiverSite(to: PathReceiver): Pick<Edit, 'site' | 'head'> {
  if (to.part === 'head') return { site: `blocks.${to.layer}.hook_${to.input}_input`, head: to.head };
  if (to.part === 'mlp') return { site: `blocks.${to.layer}.hook_mlp_in` };
  if (to.part === 'resid') return { site: `blocks.${to.layer}.hook_resid_pre` };
  throw new Error('internal: the logits are read in the sending run itself.');
}
