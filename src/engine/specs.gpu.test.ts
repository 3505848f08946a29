/** Every example spec runs on the built-in models, from text to a document that parses, in less than a minute. */
import { describe, expect, it } from 'vitest';
import { experimentOf, experiments } from '../experiments/registry';
import { parseDocument } from '../results/parse';
import { createEngine } from './engine';
import { inThisThread } from '../load/tokenizer/inThisThread';

const files = import.meta.glob<Record<string, unknown>>('../../specs/*.json', { import: 'default' });

/** On a software adapter. */
const LONGEST = 60_000;

describe('example specs', () => {
  it('has one for every experiment', async () => {
    const kinds = await Promise.all(Object.values(files).map(async (load) => (await load()).kind));
    for (const { kind } of experiments) expect(kinds, kind).toContain(kind);
  });

  it.each(Object.keys(files))('%s', { timeout: 2 * LONGEST }, async (path) => {
    const question = await files[path]!();
    const { id } = question.model as { id: string };
    const engine = createEngine({
      gpu: navigator.gpu,
      startThread: inThisThread,
      appUrl: `${location.origin}/`,
    });
    try {
      await engine.open({ kind: 'builtin', id });
      const started = performance.now();
      const spec = await engine.resolve(question);
      expect(experimentOf(spec).parseSpec(spec)).toEqual(spec);
      const document = await engine.run('example', spec);
      const seconds = (performance.now() - started) / 1000;
      console.log(`${path.split('/').at(-1)}: ${seconds.toFixed(1)} s`);
      expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
      expect(seconds).toBeLessThan(LONGEST / 1000);
    } finally {
      await engine.close();
    }
  });
});
