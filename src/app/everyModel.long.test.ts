/** The worked examples of the page, asked of the checkpoints that add an example of what others show. */
import { describe } from 'vitest';
import { checkpoints, describeCheckpoint } from './testing/everyCheckpoint';

describe.each(checkpoints(false))('%s', describeCheckpoint);
