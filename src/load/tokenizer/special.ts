/**
 * Special tokens: what "add BOS" puts around a prompt and whether it does so by default, and an
 * encoder's mask. The post-processor of tokenizer.json says what `tokenizers` would add;
 * tokenizer_config.json names tokens by role.
 */
import { z } from 'zod';
import { parseWith } from '../../util/parse';
import { leaves } from './leaves';

const name = z.union([
  z.string(),
  z.looseObject({ content: z.string() }).transform((token) => token.content),
]);

const configSchema = z.looseObject({
  bos_token: name.nullish(),
  eos_token: name.nullish(),
  cls_token: name.nullish(),
  sep_token: name.nullish(),
  mask_token: name.nullish(),
  add_bos_token: z.boolean().nullish(),
  add_eos_token: z.boolean().nullish(),
});

export type TokenizerConfig = z.output<typeof configSchema>;

/** tokenizer_config.json (undefined if absent). Throws an Error. */
export function parseTokenizerConfig(json: unknown): TokenizerConfig {
  return parseWith(configSchema, json ?? {}, 'tokenizer_config.json');
}

/** Names of the tokens before and after a text. */
export interface Around {
  readonly prefix: readonly string[];
  readonly suffix: readonly string[];
}

const pair = z.tuple([z.string(), z.number()]);
const schema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('TemplateProcessing'),
    single: z.array(
      z.union([
        z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }) }),
        z.looseObject({ Sequence: z.looseObject({ id: z.string() }) }),
      ]),
    ),
  }),
  z.looseObject({ type: z.enum(['BertProcessing', 'RobertaProcessing']), cls: pair, sep: pair }),
  z.looseObject({ type: z.literal('ByteLevel') }),
]);

/**
 * Tokens that the file's post-processor adds around a text. Throws an Error for an unknown kind.
 */
export function aroundOf(postProcessor: unknown): Around {
  const prefix: string[] = [];
  const suffix: string[] = [];
  for (const leaf of leaves(postProcessor, 'processors')) {
    const config = parseWith(schema, leaf, 'tokenizer.json: post_processor');
    if (config.type === 'BertProcessing' || config.type === 'RobertaProcessing') {
      prefix.push(config.cls[0]);
      suffix.push(config.sep[0]);
    } else if (config.type === 'TemplateProcessing') {
      const text = config.single.findIndex((item) => 'Sequence' in item);
      config.single.forEach((item, i) => {
        if ('SpecialToken' in item)
          (i < text ? prefix : suffix).push((item as { SpecialToken: { id: string } }).SpecialToken.id);
      });
    }
  }
  return { prefix, suffix };
}

/**
 * The tokens of "add BOS": [CLS] .. [SEP] for encoders; for others what the post-processor puts
 * first, and never a token after the prompt, since the model is to continue it. Command-R's
 * post-processor adds an end, which its `add_eos_token` rules out. Null: just the BOS token (also if
 * the card names one).
 */
export function specialOf(
  around: Around,
  config: TokenizerConfig,
  modelType: string,
  cardBos: string | null,
): Around | null {
  const { prefix, suffix } = around;
  if (prefix.length > 0 && suffix.length > 0 && config.add_eos_token !== false) return around;
  if (modelType === 'WordPiece') {
    const named = (token: string | null | undefined) => (token == null ? [] : [token]);
    return { prefix: named(config.cls_token), suffix: named(config.sep_token) };
  }
  return cardBos === null && prefix.length > 0 ? { prefix, suffix: [] } : null;
}
