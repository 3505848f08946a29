/** The embedded model's facts can be asked as listed in its table. */
import { describe, expect, it } from 'vitest';
import { diskFolder } from '../../load/disk';
import { openCheckpoint } from '../../load/open';
import { builtinContext } from '../testing/builtin';
import { resolveQuestion } from './resolve';
import { inThisThread } from '../../load/tokenizer/inThisThread';

describe("Atlas's fact table", () => {
  it('resolves: subject found once, answer and distractor one token each', async () => {
    const folder = diskFolder('public/models/atlas');
    const { tokenizer, ...atlas } = await openCheckpoint(
      { kind: 'builtin', id: 'atlas' },
      { folder, startThread: inThisThread },
    );
    const context = await builtinContext('atlas');
    // Every fifth, for time; covers all relations.
    const sample = atlas.facts.filter((_, i) => i % 5 === 0);
    expect(new Set(sample.map((fact) => fact.relation)).size).toBe(8);
    for (const { prompt, subject, answer, distractor } of sample) {
      const question = { cases: [{ prompt, subject, answer, distractor }], metric: 'logit-diff' };
      const spec = await resolveQuestion(question, context);
      const marked = spec.tokens.slice(spec.subject.begin, spec.subject.end).map(tokenizer.decode).join('');
      if (!marked.includes('<0x')) expect(marked.trim()).toBe(subject);
      expect(tokenizer.decode(spec.answer.id)).toBe(answer);
      expect(tokenizer.decode(spec.distractor!.id)).toBe(distractor);
      expect(spec.answer.typed ?? spec.distractor!.typed).toBeUndefined();
    }
  });
});
