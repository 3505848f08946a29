/** Published vocabularies as GGUF files hold them; the larger ones are in published.long.test.ts. */
import { it } from 'vitest';
import { expectPublishedVocabulary } from './testing/expectPublishedVocabulary';

it.each([
  ['gpt2', 'gpt-2'],
  ['olmo', 'olmo'],
  ['olmo2', 'dbrx'],
  ['granite', 'refact'],
  ['phi', 'phi-2'],
])('%s, pre %s', expectPublishedVocabulary);
