/** The dense layer and activation between an encoder's last block and its unembedding. */
import type { OuterSiteKind } from './siteKinds';
import type { ModelSpec } from './spec';

export interface DenseHead {
  /** Prefix of its weights' names: `${name}.W` [D, D] and `${name}.b` [D]. */
  readonly name: 'mlm_head' | 'pooler';
  /** The sites before and after the activation. */
  readonly pre: OuterSiteKind;
  readonly post: OuterSiteKind;
  /** The norm that follows; null for none. */
  readonly norm: 'mlm_head.ln' | null;
}

const HEADS: Readonly<Record<ModelSpec['head'], DenseHead | null>> = {
  lm: null,
  none: null,
  mlm: {
    name: 'mlm_head',
    pre: 'mlm_head.hook_pre',
    post: 'mlm_head.hook_post',
    norm: 'mlm_head.ln',
  },
  classes: { name: 'pooler', pre: 'pooler.hook_pre', post: 'pooler.hook_pooler_out', norm: null },
};

/** Null if the model's unembedding reads the stream directly, or if it has none. */
export const denseHead = ({ head }: Pick<ModelSpec, 'head'>): DenseHead | null => HEADS[head];
