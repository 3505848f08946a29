/** What the forward pass keeps for a backward pass, by key. */
import { denseHead } from '../../../model/denseHead';
import { listSites } from '../../../model/sites';
import { expertsOf, type ModelSpec } from '../../../model/spec';
import { range } from '../../../util/range';
import { LOGITS } from '../../../model/siteKinds';
import { allEdits, type ResolvedRun } from '../../request/resolved';
import { firstBlockOf } from '../../plan/stages';
import { isRewrite } from '../../request/rewrites';

/** Names a site's values as computed, before its edits. */
export const beforeKey = (key: string): string => `${key} before edits`;

/** Names block l's queries, keys and values right after they were clipped. */
export const clippedKey = (l: number): string => `clipped.${l}`;

const PARTS = /(hook_scale|hook_normalized|hook_pattern|mlp\.hook_pre|mlp\.hook_pre_linear)$/;
const CHOICES = /mlp\.hook_expert_(weights|indices)$/;
const COPIES = /\.hook_(q|k|v)_input$/;

/** Keys of all tensors that the backward pass of a run reads. */
export function keysToKeep(spec: ModelSpec, run: ResolvedRun): string[] {
  const keys = new Set<string>();
  const first = firstBlockOf(spec, run.gradients!.of);
  for (const { name, layer } of listSites(spec))
    if ((layer ?? first) >= first && (PARTS.test(name) || CHOICES.test(name))) keys.add(name);
  for (const l of range(Math.max(0, first), spec.nLayers)) {
    keys.add(`qkv.${l}`);
    if (spec.attention.clipQkv !== null) keys.add(clippedKey(l));
    if (expertsOf(spec, l)) keys.add(`blocks.${l}.hook_mlp_in`);
  }
  const dense = denseHead(spec);
  if (dense) keys.add(dense.pre);
  if (spec.head !== 'none') keys.add('unembed.hook_in');
  const { of, seed } = run.gradients!;
  const used = 'at' in seed ? [...of, seed.at] : of;
  for (const { key } of used) if (COPIES.test(key) || key === LOGITS) keys.add(key);
  for (const key of copiesOf(used)) keys.add(key);
  for (const { key, op } of allEdits(run)) {
    if (keys.has(key)) keys.add(beforeKey(key));
    if (COPIES.test(key)) keys.add(key);
    for (const copy of copiesOf([{ key }])) keys.add(copy);
    if (key === LOGITS) keys.add(key).add(beforeKey(key));
    if (isRewrite(op)) keys.add(key.replace('hook_pattern', 'hook_attn_scores'));
  }
  return [...keys];
}

/** The branches' copies of what is seen at `hook_attn_in`. */
const copiesOf = (all: readonly { readonly key: string }[]): string[] =>
  all
    .filter(({ key }) => key.endsWith('.hook_attn_in'))
    .flatMap(({ key }) => ['q', 'k', 'v'].map((branch) => key.replace('attn_in', `${branch}_input`)));
