/** One run with edits of every op and source, masks, rewrites, cuts and positions, for any model. */
import { refuseWithoutEdges } from '../../model/edges';
import { findSite, hasSite, rowLayout } from '../../model/sites';
import { expertsOf, type ModelSpec } from '../../model/spec';
import { standardNormals } from '../../util/random';
import type { Cut, Edit, EditSource, Run } from '../request/types';

/** Runs whose last is 'edited'; `tokens` has five or more. Sites that the model lacks are left out. */
export function everyTable(spec: ModelSpec, tokens: readonly number[]): Run[] {
  const rotated = (by: number) => [...tokens.slice(by), ...tokens.slice(0, by)];
  const edited: Run = {
    id: 'edited',
    tokens,
    edits: editsOf(spec, tokens.length),
    ...tablesOf(spec, tokens.length),
    cuts: cutsOf(spec),
    positions: [{ rows: [1, 2], positions: [2, Math.min(9, spec.nCtx - 1)] }],
  };
  return [{ id: 'other', tokens: rotated(1) }, { id: 'third', tokens: rotated(2) }, edited];
}

function editsOf(spec: ModelSpec, T: number): Edit[] {
  const last = spec.nLayers - 1;
  const end = T - 1;
  const lastHead = { head: spec.nKvHeads - 1 };
  const widthOf = (site: string) => rowLayout(spec, findSite(spec, site), T).perHead;
  const other: EditSource = { kind: 'run', run: 'other' };
  const mean: EditSource = { kind: 'mean', runs: ['other', 'third'] };
  const noise = (scale: number): EditSource => ({
    kind: 'noise',
    stream: 'mt19937-polar',
    seed: 5,
    scale,
    draw: 1,
  });
  const numbers = (site: string) => [...standardNormals(9, hasSite(spec, site) ? widthOf(site) : 1)];
  const at = (site: string, rows: readonly number[], op: Edit['op'], rest: Partial<Edit> = {}): Edit[] =>
    hasSite(spec, site) ? [{ site, rows, op, ...rest }] : [];
  const vector = (site: string): EditSource => ({ kind: 'vector', values: numbers(site) });
  const [first, final] = ['blocks.0', `blocks.${last}`];
  const z = `${final}.attn.hook_z`;
  return [
    ...at('hook_embed', [1], 'add', { alpha: 0.3, source: noise(0.5) }),
    ...at('hook_pos_embed', [3], 'scale', { alpha: 0.6 }),
    ...at('embed.ln.hook_scale', [2], 'scale', { alpha: 1.2 }),
    ...at(`${first}.hook_q_input`, [2, end], 'lerp', { alpha: 0.4, source: other, head: 0 }),
    ...at(`${first}.hook_v_input`, [3], 'add', { source: noise(0.3), ...lastHead }),
    ...at(`${final}.hook_attn_in`, [3], 'scale', { alpha: 0.7, head: 0 }),
    ...at(`${final}.ln1.hook_scale`, [1], 'lerp', { alpha: 0.5, source: other }),
    ...at(`${first}.attn.hook_q`, [2, 3], 'clamp', { range: [-0.8, 0.9] }),
    ...at(`${first}.attn.hook_k`, [1, 2], 'project_out', {
      source: vector(`${first}.attn.hook_k`),
      ...lastHead,
    }),
    ...at(`${first}.attn.q_norm.hook_scale`, [2], 'scale', { alpha: 1.3 }),
    ...at(`${first}.attn.hook_rot_k`, [2], 'lerp', { alpha: 0.5, source: other }),
    ...at(`${first}.attn.hook_attn_scores`, [2, end], 'add', {
      alpha: 0.5,
      source: noise(1),
      head: 0,
      columns: [0, 3],
    }),
    ...at(`${final}.attn.hook_pattern`, [end], 'lerp', { alpha: 0.5, source: other }),
    ...at(z, [2, end], 'set_along', { direction: numbers(z), source: other, head: 0 }),
    ...at(`${first}.attn.hook_result`, [2], 'set', { source: mean, head: 0 }),
    ...at(`${first}.hook_attn_out`, [3], 'scale', { alpha: -0.5 }),
    ...at(`${final}.hook_resid_mid`, [0], 'set', { source: other }),
    ...at(`${final}.hook_mlp_in`, [1], 'lerp', { alpha: 0.3, source: mean }),
    ...at(`${final}.ln2.hook_scale`, [end], 'scale', { alpha: 1.2 }),
    ...at(`${first}.ln2.hook_normalized`, [2], 'add', { source: noise(0.3) }),
    ...at(`${final}.ln2_post.hook_normalized`, [end], 'lerp', { alpha: 0.3, source: other }),
    ...at(`${first}.mlp.hook_pre`, [1, end], 'add', { source: noise(0.3) }),
    ...at(`${final}.mlp.hook_post`, [end], 'clamp', { range: [-0.05, 0.4] }),
    ...at(`${final}.mlp.hook_pre_linear`, [end], 'scale', { alpha: 1.4 }),
    ...at(`${first}.mlp.hook_router_logits`, [2], 'add', { source: noise(0.5) }),
    ...at(`${final}.mlp.hook_expert_weights`, [end], 'scale', { alpha: 1.5, columns: [0, 2] }),
    ...at(`${first}.hook_mlp_out`, [1, end], 'project_out', { source: other }),
    ...at(`${first}.hook_mlp_out`, [2], 'project_out', {
      source: vector(`${first}.hook_mlp_out`),
      direction: numbers(`${first}.hook_mlp_out`).toReversed(),
    }),
    ...at(`${first}.hook_normalized_resid_mid`, [1], 'lerp', { alpha: 0.5, source: other }),
    ...at(`${first}.hook_resid_post`, [3], 'set', { source: other, columns: [2, 7] }),
    ...at(`${first}.hook_resid_post`, [3], 'add', { source: noise(0.2) }),
    ...at('mlm_head.hook_pre', [end], 'scale', { alpha: 0.8 }),
    ...at('pooler.hook_pre', [end], 'scale', { alpha: 0.8 }),
    ...at('ln_final.hook_scale', [end], 'scale', { alpha: 0.9 }),
    ...at('unembed.hook_out', [end], 'scale', { alpha: 0.9 }),
  ];
}

function tablesOf(spec: ModelSpec, T: number): Pick<Run, 'masks' | 'rewrites'> {
  const [last, end] = [spec.nLayers - 1, T - 1];
  return {
    masks: [
      { layer: 0, queries: [3, end], keys: [1], value: -0.7 },
      { layer: 0, head: 0, queries: [end], keys: [0, 2] },
      { layer: 0, queries: [1, 2], keys: [3, 4], op: 'allow' },
    ],
    rewrites: [
      { layer: 0, head: 0, queries: [3], kind: 'reversed' },
      { layer: 0, head: spec.nHeads - 1, queries: [2, end], kind: 'shuffled', seed: 3 },
      { layer: 0, head: 0, queries: [2], kind: 'uniform' },
      { layer: last, head: spec.nHeads - 1, queries: [end], kind: 'random', seed: 4 },
    ],
  };
}

/** None where the model has no edges. */
function cutsOf(spec: ModelSpec): Cut[] {
  try {
    refuseWithoutEdges(spec, '');
  } catch {
    return [];
  }
  const last = spec.nLayers - 1;
  const other = { kind: 'run', run: 'other' } as const;
  const mean = { kind: 'mean', runs: ['other', 'third'] } as const;
  const mlp = spec.dMlp > 0 ? ['m0'] : [];
  const head = Math.min(1, spec.nHeads - 1);
  const neuron = spec.dMlp > 0 && !expertsOf(spec, 0) ? ['m0.n1', 'm0.n3'] : [];
  const inner: Cut[] =
    last === 0
      ? []
      : [
          { senders: [`a0.h${head}`, ...mlp], receiver: `a${last}.h${head}<q>`, source: other },
          { senders: ['a0.h0', ...neuron], receiver: `a${last}.h0<k>`, beta: 0.3 },
          { senders: ['a0.h0'], receiver: `a${last}.h0<v>`, rows: [1, 3], source: mean },
          { senders: [...mlp, 'a0.h0'], receiver: `resid${last}`, rows: [1, 3], beta: 0.5 },
        ];
  return [
    ...inner,
    { senders: ['input'], receiver: 'a0.h0<q>', rows: [2], beta: 0.5 },
    ...(spec.dMlp > 0 ? [{ senders: ['input'], receiver: `m${last}`, beta: 0.6, source: other }] : []),
    { senders: ['a0.h0', ...neuron.slice(0, 1)], receiver: 'logits' },
  ];
}
