/** Large published tokenizers against `tokenizers`. */
import { it } from 'vitest';
import { expectPublishedIds } from '../testing/expectPublishedIds';
import { isLarge, TOKENIZERS } from '../testing/published';

it.each(TOKENIZERS.filter(isLarge))('%s', expectPublishedIds);
