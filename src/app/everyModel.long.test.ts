/** The page's worked examples on the remaining checkpoints. */
import { describe } from 'vitest';
import { checkpoints, describeCheckpoint } from './testing/everyCheckpoint';

describe.each(checkpoints(false))('%s', describeCheckpoint);
