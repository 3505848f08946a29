/**
 * Chat templates: a prompt as a chat model was trained to read it. Templates are Jinja, as published with the model
 * in tokenizer_config.json or chat_template.jinja; `@huggingface/jinja` renders them and is fetched when first needed.
 * A template is a program of a stranger, so it has a budget of steps and characters, on every computer the same.
 */
import { z } from 'zod';
import { parseWith } from '../util/parse';
import { reasonOf } from '../util/reason';

const configSchema = z.looseObject({
  chat_template: z
    .union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))])
    .nullish(),
});

/** Characters of a template; published ones have up to 20,000. */
const MAX_TEMPLATE = 2 ** 18;
/** Numbers of one `range`. */
const MAX_RANGE = 10_000;
/** What one rendering may cost: STEP for each step, and for what it makes 1 a character, ENTRY an entry, which may be looped over. */
const BUDGET = 2 ** 24;
const STEP = 16;
const ENTRY = 128;

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
  const jinja = await import('@huggingface/jinja');
  try {
    return render(jinja, template, {
      messages: [{ role: 'user', content: prompt }],
      add_generation_prompt: true,
      // transformers passes both, so that they are defined, and none.
      tools: null,
      documents: null,
      bos_token: tokens.bosToken ?? '',
      eos_token: tokens.eosToken ?? '',
    });
  } catch (error) {
    throw new Error(
      `chat template: cannot be used for one message of the user (${reasonOf(error)}). Type the prompt with its marks by hand.`,
    );
  }
}

type Jinja = typeof import('@huggingface/jinja');

/** As the library's `Template.render`, within the budget. */
function render(jinja: Jinja, template: string, values: Readonly<Record<string, unknown>>): string {
  if (template.length > MAX_TEMPLATE)
    throw new Error(`it has ${template.length} characters, expected at most ${MAX_TEMPLATE}`);
  const environment = new jinja.Environment();
  for (const [name, value] of Object.entries({ ...globals(jinja), ...values })) environment.set(name, value);
  const interpreter = new jinja.Interpreter(environment);
  const evaluate = interpreter.evaluate.bind(interpreter);
  let spent = 0;
  // Every part of a template is evaluated by this method, from inside the library, too.
  interpreter.evaluate = (statement, scope) => {
    const result = evaluate(statement, scope);
    spent += STEP + sizeOf(result.value);
    if (spent > BUDGET) throw new Error('it takes too many steps, or makes too long a text');
    return result;
  };
  const made = interpreter.run(
    jinja.parse(jinja.tokenize(template, { lstrip_blocks: true, trim_blocks: true })),
  );
  return String(made.value);
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return ENTRY * (Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0);
}

/** The library's own global names; it does not export them. */
function globals({ Template }: Jinja): Readonly<Record<string, unknown>> {
  return {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    raise_exception: (message: unknown) => {
      throw new Error(typeof message === 'string' ? message : 'it refuses');
    },
    range: boundedRange,
    strftime_now: (format: unknown) => new Template('{{ strftime_now(format) }}').render({ format }),
  };
}

/** Python's range(stop) or range(start, stop, step). */
function boundedRange(first: number, second?: number | null, step = 1): number[] {
  const [start, stop] = second == null ? [0, first] : [first, second];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!(count <= MAX_RANGE)) throw new Error(`range: ${count} numbers, expected at most ${MAX_RANGE}`);
  return Array.from({ length: count }, (_, i) => start + i * step);
}
