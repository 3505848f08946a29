/** Tokenizers and templates that do not come to an end, for tests. */
import golden from '../../../reference/tokenizer/golden.json';

type Part = Readonly<Record<string, unknown>>;

/** The golden byte-level tokenizer with other parts. */
export const tokenizerWith = (parts: Part): Part => ({ ...golden.tokenizer, ...parts });

/** A pattern that takes a time exponential in the length of a text without '!'. */
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
/** A text that it does not come to an end with. */
export const LONG_PROMPT = 'The capital of France and all the other places is';

const doubling = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' };
/** What one 'a' becomes has 2^40 characters. */
export const expanding = tokenizerWith({
  normalizer: { type: 'Sequence', normalizers: Array.from({ length: 40 }, () => doubling) },
});

/** A folder's files that make a tokenizer. */
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
