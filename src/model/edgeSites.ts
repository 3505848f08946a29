/** Where an edge's ends are read: what a sender adds to the stream, and a receiver's copy of it. */
import type { Receiver, Sender } from './edges';
import type { ModelSpec } from './spec';

/** The site of a sender's output. */
export function senderSite(from: Sender): string {
  if (from.part === 'input') return 'blocks.0.hook_resid_pre';
  const names = {
    head: 'attn.hook_result',
    mlp: 'hook_mlp_out',
    neuron: 'mlp.hook_post',
    resid: 'hook_resid_pre',
  } as const;
  return `blocks.${from.layer}.${names[from.part]}`;
}

/** The receiver's own copy of the stream, before its norm. */
export function receiverSite({ nLayers: L }: Pick<ModelSpec, 'nLayers'>, to: Receiver): string {
  if (to.part === 'logits') return `blocks.${L - 1}.hook_resid_post`;
  const block = `blocks.${to.layer}`;
  if (to.part === 'head') return `${block}.hook_${to.input}_input`;
  return to.part === 'mlp' ? `${block}.hook_mlp_in` : `${block}.hook_resid_pre`;
}
