/**
 * Chat templates: a prompt as a chat model was trained to read it. Templates are Jinja, as published with the model
 * in tokenizer_config.json or chat_template.jinja; `@huggingface/jinja` renders them and is fetched when first needed.
 */
import { z } from 'zod';
import { parseWith } from '../util/parse';

const configSchema = z.looseObject({
  chat_template: z
    .union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))])
    .nullish(),
});

/**
 * The model's template, null if it has none. `file`: text of chat_template.jinja, which wins as in transformers.
 * Throws one sentence if tokenizer_config.json is malformed.
 */
export function chatTemplate(tokenizerConfig: unknown, file?: string): string | null {
  if (file !== undefined) return file;
  const { chat_template: found } = parseWith(configSchema, tokenizerConfig ?? {}, 'tokenizer_config.json');
  if (Array.isArray(found)) return found.find(({ name }) => name === 'default')?.template ?? null;
  return found ?? null;
}

export interface ChatTokens {
  readonly bosToken: string | null;
  readonly eosToken: string | null;
}

/**
 * `prompt` as one message of the user, up to where the model's answer begins. Most templates write BOS themselves, so
 * the result is to be tokenised without "add BOS". Rejects with one sentence if the template fails.
 */
export async function renderChat(template: string, prompt: string, tokens: ChatTokens): Promise<string> {
  const { Template } = await import('@huggingface/jinja');
  try {
    return new Template(template).render({
      messages: [{ role: 'user', content: prompt }],
      add_generation_prompt: true,
      // transformers passes both, so that they are defined, and none.
      tools: null,
      documents: null,
      bos_token: tokens.bosToken ?? '',
      eos_token: tokens.eosToken ?? '',
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `chat template: cannot be used for one message of the user (${reason}). Type the prompt with its marks by hand.`,
    );
  }
}
