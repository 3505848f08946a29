/** Large published vocabularies as GGUF files hold them. */
import { it } from 'vitest';
import { expectPublishedVocabulary } from './testing/expectPublishedVocabulary';

it.each([
  ['qwen2_5', 'qwen2'],
  ['mistral_nemo', 'tekken'],
  ['command_r_plus', 'command-r'],
  ['llama3', 'llama-bpe'],
  ['gptoss', 'gpt-4o'],
])('%s, pre %s', expectPublishedVocabulary);
