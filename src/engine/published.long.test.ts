/** Published tokenizers with large vocabularies and their configs, opened with tiny weights. */
import { it } from 'vitest';
import { isLarge, publishedModels } from '../load/testing/published';
import { expectPublished } from './testing/expectPublished';

const names = Object.keys(publishedModels);

it.each(names.filter((name) => isLarge(publishedModels[name]!.tokenizer)))('%s', expectPublished);
