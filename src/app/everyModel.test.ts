/**
 * Runs every worked example, and `loci trace` without flags, on a checkpoint of each kind: a
 * finding with finite numbers, or one plain sentence.
 */
import { describe } from 'vitest';
import { checkpoints, describeCheckpoint } from './testing/everyCheckpoint';

describe.each(checkpoints(true))('%s', describeCheckpoint);
