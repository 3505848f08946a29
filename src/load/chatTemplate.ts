/**
 * Chat templates: a prompt in the format that a chat model was trained on. Templates are Jinja,
 * published in tokenizer_config.json or chat_template.jinja; `@huggingface/jinja` renders them and
 * is loaded on first use. A template is an untrusted program, so it has a budget of steps and
 * characters, the same on every computer.
 */
import { z } from 'zod';
import { parseWith } from '../util/parse';
import { reasonOf } from '../util/reason';

const configSchema = z.looseObject({
  chat_template: z
    .union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))])
    .nullish(),
});

/** Longest template in characters; published ones have up to 20,000. */
const MAX_TEMPLATE = 2 ** 18;
/** Longest `range`. */
const MAX_RANGE = 10_000;
/**
 * Cost limit of one rendering: STEP per step, plus 1 per character and ENTRY per entry created,
 * since entries may be looped over.
 */
const BUDGET = 2 ** 24;
const STEP = 16;
const ENTRY = 128;

/**
 * The model's template, or null. `file`: text of chat_template.jinja, which takes precedence as in
 * transformers. Throws an Error if tokenizer_config.json is malformed.
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
 * Renders `prompt` as one user message, up to where the model's answer begins. Most templates write
 * BOS themselves, so tokenise the result without "add BOS". Rejects with an Error if the template
 * fails.
 */
export async function renderChat(template: string, prompt: string, tokens: ChatTokens): Promise<string> {
  const jinja = await import('@huggingface/jinja');
  try {
    return render(jinja, template, {
      messages: [{ role: 'user', content: prompt }],
      add_generation_prompt: true,
      // transformers passes both as empty, so that they are defined.
      tools: null,
      documents: null,
      bos_token: tokens.bosToken ?? '',
      eos_token: tokens.eosToken ?? '',
    });
  } catch (error) {
    throw new Error(
      `chat template: cannot be used for a single user message (${reasonOf(error)}). Type the prompt with its marks by hand.`,
    );
  }
}

type Jinja = typeof import('@huggingface/jinja');

/** As the library's `Template.render`, with the budget. */
function render(jinja: Jinja, template: string, values: Readonly<Record<string, unknown>>): string {
  if (template.length > MAX_TEMPLATE)
    throw new Error(`it has ${template.length} characters, expected at most ${MAX_TEMPLATE}`);
  const environment = new jinja.Environment();
  for (const [name, value] of Object.entries({ ...globals(jinja), ...values })) environment.set(name, value);
  const interpreter = new jinja.Interpreter(environment);
  const evaluate = interpreter.evaluate.bind(interpreter);
  let spent = 0;
  // The library evaluates every part of a template through this method, including internally.
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

/** The library's own globals, which it does not export. */
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
