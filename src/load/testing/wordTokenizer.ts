/** A tokenizer of whole words for checkpoints that come without one: as many words as the model has embeddings. */
import type { ModelFolder } from '../folder';

const SPECIAL = ['[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** tokenizer.json of these words, each one token; every other word is '[UNK]'. */
function wordTokenizer(words: readonly string[], vocabSize: number): object {
  const names = [...new Set([...SPECIAL, ...words])].slice(0, vocabSize);
  return {
    model: {
      type: 'WordPiece',
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
    },
    pre_tokenizer: { type: 'Whitespace' },
    added_tokens: SPECIAL.map((content, id) => ({ id, content, special: true })),
    post_processor: {
      type: 'BertProcessing',
      cls: ['[CLS]', 1],
      sep: ['[SEP]', 2],
    },
  };
}

/** The folder with such a tokenizer in place of the one that it lacks. */
export function withWords(folder: ModelFolder, words: readonly string[], vocabSize: number): ModelFolder {
  const files: Readonly<Record<string, object>> = {
    'tokenizer.json': wordTokenizer(words, vocabSize),
    'tokenizer_config.json': { mask_token: '[MASK]' },
  };
  return {
    ...folder,
    readFile: async (name, signal) =>
      (await folder.readFile(name, signal)) ?? (files[name] ? new Blob([JSON.stringify(files[name])]) : null),
  };
}
