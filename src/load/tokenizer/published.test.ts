/** Published tokenizers against `tokenizers`; the larger ones are in published.long.test.ts. */
import { it } from 'vitest';
import { expectPublishedIds } from '../testing/expectPublishedIds';
import { isLarge, TOKENIZERS } from '../testing/published';

it.each(TOKENIZERS.filter((name) => !isLarge(name)))('%s', expectPublishedIds);
