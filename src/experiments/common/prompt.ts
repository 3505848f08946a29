/** From a typed prompt to its tokens and the row of its answer. */
import type { LensInfo } from '../../model/lens';
import type { ModelSpec } from '../../model/spec';
import type { Sigma } from './noise';
import type { PromptToken } from './subject';
import { quoted } from '../../util/parse';

interface SpecialToken {
  readonly id: number;
  readonly text: string;
}

/** What resolving needs from an open model. */
export interface ResolveContext {
  readonly model: { readonly id: string; readonly revision: string };
  readonly spec: ModelSpec;
  /** Default for "add BOS". */
  readonly bosDefault: boolean;
  /** Tokens that "add BOS" adds: BOS before, or [CLS] before and [SEP] after. */
  readonly special: { readonly prefix: readonly SpecialToken[]; readonly suffix: readonly SpecialToken[] };
  /** The token whose logits answer an encoder's prompt; null for a causal model. */
  readonly maskToken: SpecialToken | null;
  readonly sigma: Sigma | null;
  /** The open Jacobian lens; null: none. */
  readonly lens: LensInfo | null;
  /** The tokenizer adds a space before a text without one. */
  readonly addsSpace: boolean;
  /** Calls made together are batched. */
  encode(text: string): Promise<readonly PromptToken[]>;
  decode(ids: readonly number[]): readonly string[];
  /** Text of a shipped task set. Rejects with one sentence if the name is unknown. */
  readSet(name: string): Promise<string>;
  /** Id of the largest logit after these tokens. */
  predict(tokens: readonly number[]): Promise<number>;
}

/** What checking words that are still typed needs. */
export type TypedContext = Pick<
  ResolveContext,
  'spec' | 'bosDefault' | 'special' | 'maskToken' | 'addsSpace' | 'encode'
>;

/** Tokens and places of a prompt, with "add BOS". Rejects with one sentence naming `where`. */
export async function promptTokens(
  text: string,
  where: string,
  bos: boolean,
  context: ResolveContext,
): Promise<readonly PromptToken[]> {
  if (text.trim() === '') throw new Error(`${where}: is empty, got ${quoted(text)}, expected some words.`);
  const tokens = await surrounded(text, bos, context);
  const { nCtx } = context.spec;
  const excess = tokens.length - nCtx;
  if (excess > 0) {
    throw new Error(
      `${where}: is too long for this model, got ${tokens.length} tokens, expected at most ${nCtx}. ` +
        `Take ${excess} token${excess === 1 ? '' : 's'} away.`,
    );
  }
  return tokens;
}

/** The text's tokens, of any number, with those of "add BOS". */
export async function surrounded(
  text: string,
  bos: boolean,
  context: Pick<ResolveContext, 'encode' | 'special'>,
): Promise<readonly PromptToken[]> {
  const tokens = await context.encode(text);
  return [...added('prefix', bos, context), ...tokens, ...added('suffix', bos, context)];
}

function added(
  end: 'prefix' | 'suffix',
  bos: boolean,
  { special }: Pick<ResolveContext, 'special'>,
): PromptToken[] {
  if (!bos) return [];
  if (special.prefix.length + special.suffix.length === 0)
    throw new Error('bos: this model has no BOS token, got bos on, expected bos off. Switch it off.');
  return special[end].map((token) => ({ ...token, bytes: null }));
}

/** The last position, an encoder's only mask, or a classifier's first position. */
export function findAnswerRow(
  tokens: readonly number[],
  { spec, maskToken }: Pick<ResolveContext, 'spec' | 'maskToken'>,
): number {
  if (spec.head === 'none') {
    throw new Error(
      'answer: this model has no unembedding, got a sentence encoder, expected a model that predicts tokens. ' +
        'Its attention can be read; open another model to trace an answer.',
    );
  }
  if (spec.head === 'lm') return tokens.length - 1;
  if (spec.head === 'classes') return 0;
  const masks = tokens.flatMap((id, t) => (id === maskToken?.id ? [t] : []));
  if (masks.length !== 1) {
    throw new Error(
      `prompt: an encoder fills in one masked word, got ${masks.length}, expected one ${maskToken?.text ?? '[MASK]'} in the prompt.`,
    );
  }
  return masks[0]!;
}
