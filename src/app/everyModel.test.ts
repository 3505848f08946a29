/**
 * A checkpoint of each kind beside the goldens is asked every worked example of the page, and traced by `loci trace` without any
 * further flag: a finding whose numbers are finite, or one plain sentence.
 */
import { describe } from 'vitest';
import { checkpoints, describeCheckpoint } from './testing/everyCheckpoint';

describe.each(checkpoints(true))('%s', describeCheckpoint);
