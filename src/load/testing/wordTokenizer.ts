/** A tokenizer of whole words for checkpoints without one; one word per embedding. */
import type { ModelFolder } from '../folder';

const SPECIAL = ['[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** The config's sizes that the words must fit; `padding`: an id that prompts must not contain. */
interface Room {
  readonly vocabSize: number;
  readonly padding: number | undefined;
}

/** tokenizer.json with one token per word; any other word is '[UNK]'. */
function wordTokenizer(words: readonly string[], { vocabSize, padding }: Room): object {
  const all = [...new Set([...SPECIAL, ...words])];
  if (padding !== undefined) all.splice(padding, 0, '[PAD]');
  const names = all.slice(0, vocabSize);
  return {
    model: {
      type: 'WordPiece',
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
    },
    pre_tokenizer: { type: 'Whitespace' },
    added_tokens: SPECIAL.map((content) => ({ id: names.indexOf(content), content, special: true })),
    post_processor: {
      type: 'BertProcessing',
      cls: ['[CLS]', names.indexOf('[CLS]')],
      sep: ['[SEP]', names.indexOf('[SEP]')],
    },
  };
}

/** The folder with such a tokenizer added. */
export function withWords(folder: ModelFolder, words: readonly string[], room: Room): ModelFolder {
  const files: Readonly<Record<string, object>> = {
    'tokenizer.json': wordTokenizer(words, room),
    'tokenizer_config.json': { mask_token: '[MASK]' },
  };
  return {
    ...folder,
    readFile: async (name, signal) =>
      (await folder.readFile(name, signal)) ?? (files[name] ? new Blob([JSON.stringify(files[name])]) : null),
  };
}
