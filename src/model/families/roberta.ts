/**
 * RoBERTa (Liu et al. 2019) and XLM-R (Conneau et al. 2020): BERT's blocks, with positions that
 * begin after the padding token's row, one token type, and other names for the head. XLM-R differs
 * only in its tokenizer.
 */
import { z } from 'zod';
import { bertBody, bertFields, encoder } from './bert';
import { headOf } from './classes';
import { layerNorm, refusal } from './config';
import { family } from './family';
import type { ModuleNames } from './slots';

const config = z.object({
  ...bertFields,
  pad_token_id: z.number().int().nonnegative().default(1),
});

const modules: ModuleNames = {
  ...bertBody,
  prefixes: ['roberta.', ''],
  head: {
    // The bias is stored beside the matrix's module, inside it, or both.
    unembed: ['lm_head.decoder', 'lm_head'],
    dense: 'lm_head.dense',
    norm: 'lm_head.layer_norm',
  },
  classes: { unembed: 'classifier.out_proj', dense: 'classifier.dense' },
};

// The pooler serves another task; position_ids is consecutive numbers.
const ignored = /^(roberta\.)?(pooler\..+|embeddings\.position_ids)$/;

/** `kind`: the prefix of transformers' class names. */
const robertaFamily = (name: string, kind: string) =>
  family(
    config,
    (c) => {
      const head = headOf(c, {
        mlm: [`${kind}ForMaskedLM`],
        classes: `${kind}ForSequenceClassification`,
        bare: `${kind}Model`,
      });
      // Row `pad_token_id` belongs to the padding; the first token uses the next row.
      const offset = c.pad_token_id + 1;
      const nCtx = c.max_position_embeddings - offset;
      if (nCtx <= 0)
        throw refusal(
          'pad_token_id',
          'leaves no positions',
          c.pad_token_id,
          `a number below ${c.max_position_embeddings - 1}`,
        );
      return {
        ...encoder(head, c),
        family: name,
        nCtx,
        positions: { kind: 'learned', offset, padding: c.pad_token_id },
        nTokenTypes: c.type_vocab_size,
        norm: layerNorm(c.layer_norm_eps),
        mlp: { act: c.hidden_act, gated: false },
        // The heads' code fixes their activations, regardless of `hidden_act`.
        headAct: head.head === 'classes' ? 'tanh' : 'gelu',
      };
    },
    { ignored, modules },
  );

export const roberta = robertaFamily('roberta', 'Roberta');
export const xlmRoberta = robertaFamily('xlm-roberta', 'XLMRoberta');
