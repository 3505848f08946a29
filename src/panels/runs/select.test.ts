/** The frames hold the document's numbers: those that its own sentence names. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../engine/api';
import { createNodeEngine } from '../../engine/node';
import { diskFolder } from '../../load/disk';
import { inThisThread } from '../../load/tokenizer/inThisThread';
import type { ResultDocument } from '../../results/document';
import { levelOf } from '../../results/cell';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { sampleStudy } from '../../results/testing/sampleStudy';
import { readLink } from '../../share/link';
import { runsOf } from './select';

let engine: Engine;
beforeAll(async () => {
  const folder = () => diskFolder('public/models/planted');
  engine = await createNodeEngine('reference', { startThread: inThisThread, folder });
  await engine.open({ kind: 'builtin', id: 'planted' });
});
afterAll(() => engine?.close());

const one = {
  prompt: 'owl Monday and fox Tuesday, Ana visits',
  subject: 'Ana',
  answer: ' Monday',
  distractor: ' Tuesday',
};
const corrupted = 'owl Monday and fox Tuesday, Bob visits';

async function asked(question: object): Promise<ResultDocument> {
  return engine.run('run', await engine.resolve({ cases: [one], ...question }));
}

const twins = (question: object) => asked({ cases: [{ ...one, corrupted }], ...question });

describe('a trace', () => {
  const noise = { type: 'noise', samples: 3 };
  it.each(['p', 'logprob', 'logit-diff', 'rank'])('by noise, in %s', async (metric) => {
    const document = await asked({ kind: 'causal-trace', kinds: ['hidden'], corruption: noise, metric });
    const { runs, words, measures } = runsOf(document)!;
    expect(runs.map(({ name }) => name)).toEqual(['Clean', 'Blurred', 'Restored']);
    const [clean, blurred, restored] = runs.map(({ value }) => value);
    expect(document.finding).toContain(`from ${blurred} to ${restored}`);
    expect(document.notes.join()).toContain(`${clean} clean`);
    expect(measures).toBe(document.figures[0]!.measures);
    expect(words).toContain('*Ana* blurred by noise');
    expect(words).toContain('the mean of 3 such runs');
    expect(runs.every(({ share }) => (share === null) === (metric !== 'p'))).toBe(true);
  });

  it('with the tokens of another prompt', async () => {
    const document = await twins({ kind: 'causal-trace', kinds: ['hidden'] });
    const { runs, words } = runsOf(document)!;
    expect(runs[1]).toMatchObject({ name: 'Replaced', how: 'tokens of another prompt' });
    expect(runs[1]).not.toHaveProperty('isBlurred');
    expect(document.finding).toContain(`from ${runs[1]!.value} to ${runs[2]!.value}`);
    expect(words).toMatch(/replaced by the tokens of another prompt.*each cell is one such run\.$/);
  });

  it('that lost nothing restores nothing', async () => {
    const link = readFileSync('src/app/examples/links/3.txt', 'utf8').trim();
    const { document } = await readLink(link);
    expect(document.finding).toContain('nothing to restore');
    expect(runsOf(document)!.runs.map(({ name }) => name)).toEqual(['Clean', 'Blurred']);
  });
});

describe('patching', () => {
  it.each([
    ['denoise', 'Restored', 'one clean state at a time went into the run of the twin'],
    ['noise', 'Disturbed', 'one state of the twin at a time went into the clean run'],
  ])('%s', async (direction, name, how) => {
    for (const scale of ['raw', 'normalised'] as const) {
      const document = await twins({
        kind: 'activation-patching',
        grids: ['resid_pre', 'attn_out'],
        direction,
        scale,
        metric: 'logit-diff',
      });
      const { runs, words } = runsOf(document)!;
      expect(words).toContain(how);
      expect(runs.map((run) => run.name)).toEqual(['Clean', 'Twin', name]);
      const figure = document.figures[0]!;
      const levels = ['clean', 'corrupted'].map((level) => levelOf(figure, level)!.value);
      expect(runs.slice(0, 2).map(({ value }) => number(value))).toEqual(levels.map(rounded));
      expect(document.finding).toContain(`${runs[2]!.how}: ${runs[2]!.value} `);
    }
  });
});

const number = (text: string) => Number(text.replace('−', '-'));
const rounded = (value: number) => Number(value.toPrecision(3));

it('other findings have no such frames, nor has a trace before its first map', () => {
  expect(runsOf(sampleStudy([{ shape: [2, 2] }]))).toBeNull();
  expect(runsOf({ ...sampleDocument(), figures: [] })).toBeNull();
});
