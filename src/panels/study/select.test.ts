import { describe, expect, it } from 'vitest';
import { sampleStudy } from '../../results/testing/sampleStudy';
import { caseWords, unchangedWords } from './select';

const study = sampleStudy([{ shape: [2, 2] }]);

describe('what a study implies', () => {
  it('says which prompts count', () => {
    expect(caseWords(study)).toBe('One prompt: “The capital of France is”, in Atlas.');
    const cases = { asked: 16, measured: 14, skipped: [] };
    expect(caseWords({ ...study, cases })).toBe('14 of 16 prompts, in Atlas.');
    expect(caseWords({ ...study, cases: { ...cases, measured: 16 } })).toBe('16 prompts, in Atlas.');
  });

  it('warns of edits that changed nothing, and only then', () => {
    expect(unchangedWords({ ...study, unchanged: { runs: 0, of: 40, examples: [] } })).toBeNull();
    const unchanged = { runs: 12, of: 40, examples: ['z.1', 'z.2', 'z.3', 'z.4'] };
    expect(unchangedWords({ ...study, unchanged })).toMatch(
      /^12 of 40 edits changed nothing at all, e\.g\. z\.1, z\.2, z\.3:/,
    );
  });
});
