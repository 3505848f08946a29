/** Tokenizers and templates that never finish, for tests. */
import golden from '../../../reference/tokenizer/golden.json';

type Part = Readonly<Record<string, unknown>>;

/** The golden byte-level tokenizer with some parts replaced. */
export const tokenizerWith = (parts: Part): Part => ({ ...golden.tokenizer, ...parts });

/** A pattern with exponential running time on texts without '!'. */
export const CATASTROPHE = '^(([a-zA-Z ]+)+)+!';
export const catastrophic = tokenizerWith({
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: CATASTROPHE }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    ],
  },
});
/** A text on which it does not finish. */
export const LONG_PROMPT = 'The capital of France and all the other places is';

const doubling = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' };
/** Turns one 'a' into 2^40 characters. */
export const expanding = tokenizerWith({
  normalizer: { type: 'Sequence', normalizers: Array.from({ length: 40 }, () => doubling) },
});

/** The files from which a tokenizer is made. */
export const tokenizerFiles = (tokenizer: unknown, template?: string) => async () => ({
  files: {
    'tokenizer.json': new Blob([JSON.stringify(tokenizer)]),
    'tokenizer_config.json': new Blob(['{"bos_token": "<|endoftext|>"}']),
    ...(template === undefined ? {} : { 'chat_template.jinja': new Blob([template]) }),
  },
  modelType: 'gpt2',
});

export const NESTED_LOOPS =
  '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}';
