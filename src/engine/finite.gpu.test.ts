import { describe, expect, it } from 'vitest';
import { createEngine } from './engine';
import { testNotFinite } from './testing/notFiniteCases';
import { inThisThread } from '../load/tokenizer/inThisThread';

describe('what is not finite, on the GPU', () => {
  testNotFinite(
    async (path) => (await fetch(`/${path}`)).arrayBuffer(),
    { gpu: navigator.gpu, startThread: inThisThread },
    1e38,
  );

  it('what overflows in 32 bits and not in 64 is caught: scale by 1e25, before LayerNorm and RMS norm', async () => {
    const engine = createEngine({
      gpu: navigator.gpu,
      startThread: inThisThread,
      appUrl: `${location.origin}/`,
    });
    await engine.open({ kind: 'builtin', id: 'atlas' });
    const question = {
      kind: 'intervention',
      cases: [
        { prompt: 'The capital of France is', subject: 'France', answer: ' Paris', distractor: ' Oslo' },
      ],
      edits: [{ site: 'blocks.2.hook_resid_post', rows: 'all', op: 'scale', alpha: 1e25 }],
    };
    const events: string[] = [];
    const run = engine.run('a', await engine.resolve(question), ({ type }) => events.push(type));
    await expect(run).rejects.toThrow(
      'logits are not finite, first at blocks.3.ln1.hook_scale: the edit of blocks.2.hook_resid_post (scale by 1e+25) ' +
        'overflows. Use smaller numbers.',
    );
    expect(events).not.toContain('partial');
    await engine.close();
  });
});
