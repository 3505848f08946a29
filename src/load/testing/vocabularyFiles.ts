/** A tokenizer's older files by name, as the arguments of `tokenizerFromVocabulary`. */
import type { VocabularyFiles } from '../tokenizer/vocabulary';

export const vocabularyFiles = (
  files: Readonly<Record<string, unknown>>,
  modelType: string,
): VocabularyFiles => ({
  vocabJson: files['vocab.json'],
  merges: files['merges.txt'] as string | undefined,
  vocabText: files['vocab.txt'] as string | undefined,
  tokenizerConfig: files['tokenizer_config.json'],
  specialTokens: files['special_tokens_map.json'],
  addedTokens: files['added_tokens.json'],
  modelType,
});
