/**
 * Runs every worked example, and `loci trace` without flags, on every checkpoint: a finding with
 * finite numbers, or one plain sentence.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine, ModelInfo, ModelSource } from '../../engine/api';
import { createNodeEngine } from '../../engine/node';
import { diskFolder } from '../../load/disk';
import type { ModelFolder } from '../../load/folder';
import { withWords } from '../../load/testing/wordTokenizer';
import { familyOf } from '../../model/families';
import {
  ask,
  type AskedTrace,
  expectTraced,
  expectTraces,
  readSet,
  workedStudies,
  workedTraces,
  workedWords,
} from './everyModel';
import { inThisThread } from '../../load/tokenizer/inThisThread';

const GOLDENS = join(import.meta.dirname, '../../../reference/goldens');

/** One of each kind that the app distinguishes; others differ only inside blocks. */
const KINDS = new Set([
  'tiny-a', // Learned positions, every head with keys of its own.
  'tiny-llama', // Rotary positions, grouped heads.
  'tiny-gemma3', // Windows beside full attention.
  'tiny-gpt_neox', // Parallel blocks.
  'tiny-mixtral', // A mixture of experts.
  'tiny-gpt_oss', // Attention sinks, experts with biases.
  'tiny-bert', // A bidirectional model of masked words.
  'tiny-bert-encoder', // Without an unembedding.
  'tiny-bert-classifier',
  'tiny-roberta', // Positions that leave room for padding.
  'tiny-planted',
]);

/** One checkpoint of each kind, or all the others. */
export const checkpoints = (isOfEachKind: boolean): readonly string[] =>
  readdirSync(GOLDENS)
    .filter((name) => name.startsWith('tiny-') && KINDS.has(name) === isOfEachKind)
    .map((name) => join(GOLDENS, name));

/** The folder, with a tokenizer of the examples' words. */
function folderOf(path: string, words: readonly string[]): ModelFolder {
  const config: unknown = JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'));
  const { nEmbeddings, positions } = familyOf(config).parseConfig(config);
  const padding = positions.kind === 'learned' ? (positions.padding ?? undefined) : undefined;
  return withWords(diskFolder(path), words, { vocabSize: nEmbeddings, padding });
}

const sourceOf = (path: string): ModelSource => ({ kind: 'files', title: basename(path), files: new Map() });

/** Tests of one checkpoint. */
export function describeCheckpoint(path: string): void {
  let traces: readonly AskedTrace[] = [];
  let words: readonly string[] = [];
  let engine: Engine;
  let info: ModelInfo;
  beforeAll(async () => {
    traces = await workedTraces();
    words = workedWords(traces);
    engine = await createNodeEngine('reference', {
      startThread: inThisThread,
      folder: () => folderOf(path, words),
      readSet,
    });
    info = await engine.open(sourceOf(path));
  });
  afterAll(() => engine?.close());

  it('has a first finding of every worked example, or says why not', async () => {
    await expectTraces(engine, info, traces);
    for (const study of workedStudies) await ask(engine, info, study);
  });

  it('opens on a prompt of its own, or says why not', async () => {
    const first = engine.firstPrompt('first');
    if (info.spec.head === 'none') return expect(first).rejects.toThrow('no unembedding');
    const { prompt, subject, p, answer } = await first;
    expect(prompt).toContain(subject);
    expect(p).toBeGreaterThan(0);
    expect(p).toBeLessThanOrEqual(1);
    const found = { prompt, subject, samples: 1, kinds: ['hidden' as const] };
    expect(await ask(engine, info, answer === '' ? found : { ...found, answer })).toBe('finding');
  });

  it('is traced by the command line without further flags', async () => {
    if (info.spec.head !== 'lm' && info.spec.head !== 'classes') return;
    await expectTraced(path, ({ folder }) =>
      createNodeEngine('reference', {
        startThread: inThisThread,
        folder: (source) => folder(source) && folderOf(path, words),
      }),
    );
  });
}
