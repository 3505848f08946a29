import { expect, it } from 'vitest';
import type { ModelInfo } from '../../engine/api';
import { gpt2Spec } from '../../model/testing';
import { selectAttention } from '../../panels/attention/select';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { otherModel } from '../otherModel';
import { createFakeLoci, MODEL, settle } from '../testing';
import { whyNotAsked } from './answer';
import { addFinding, showFinding } from './findings';
import { openModel } from './model';
import { rerun } from './run';

const sample = sampleDocument();
const { id, title, revision, sha256 } = MODEL;
const document = { ...sample, model: { ...sample.model, id, title, revision, sha256 } };

/** As many heads as GPT-2, in groups of three. */
const WIDE: ModelInfo = {
  ...MODEL,
  id: 'files:wide',
  title: 'Wide',
  sha256: 'def',
  spec: { ...gpt2Spec({ nLayers: 12, nHeads: 12, dModel: 24, dMlp: 8, nCtx: 32, dVocab: 100 }), nKvHeads: 4 },
};
/** Another revision under the same name. */
const NAMESAKE: ModelInfo = { ...MODEL, sha256: '0123456789abcdef' };

async function shown() {
  const { loci, engine } = createFakeLoci();
  addFinding(loci, document, 'link');
  await settle();
  return { loci, engine };
}

it('readings keep the heads of the model that they were read from', async () => {
  const { loci, engine } = await shown();
  const before = loci.status.getState().readings!;
  expect(before).toMatchObject({ heads: 1, queriesPerKvHead: 1, isCausal: true });
  engine.open = async () => WIDE;
  await openModel(loci, { kind: 'builtin', id: 'wide' });
  const { readings } = loci.status.getState();
  expect(readings).toBe(before);
  const view = selectAttention(readings!.patterns, readings!.heads, 1, false);
  expect(view.grid.flat().every(({ strengths }) => strengths.length === 1)).toBe(true);
});

it.each([WIDE, NAMESAKE])(
  'a finding of another model than $title $sha256 is not read from it',
  async (open) => {
    const { loci, engine } = await shown();
    const first = loci.session.getState().currentId!;
    engine.open = async () => open;
    await openModel(loci, { kind: 'builtin', id: 'x' });
    addFinding(loci, { ...document, model: { ...document.model, id: open.id, sha256: open.sha256 } }, 'link');
    await settle();
    expect(loci.status.getState().readings).toMatchObject({ heads: open.spec.nHeads });
    showFinding(loci, first);
    await settle();
    expect(loci.status.getState().readings).toBeNull();
    expect(whyNotAsked(loci.status.getState(), document.model)).toContain(otherModel(document.model, open)!);
    await rerun(loci);
    expect(engine.runs).toHaveLength(0);
    expect(loci.status.getState().rerunError).toContain(otherModel(document.model, open)!);
  },
);

it('what was read while a model opened is dropped: it may be of either', async () => {
  const { loci, engine } = createFakeLoci();
  let answer = () => {};
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { capture } = engine;
  engine.capture = async (request) => gate.then(() => capture(request));
  addFinding(loci, document, 'link');
  engine.open = async () => WIDE;
  engine.environment = async () => {
    answer();
    await settle();
    return { adapter: 'fake', engine: 'gpu', isFallback: true };
  };
  await openModel(loci, { kind: 'builtin', id: 'wide' });
  await settle();
  expect(loci.status.getState().readings).toBeNull();
});

it('two models are told apart by name, two revisions of one by their weights', () => {
  expect(otherModel(document.model, MODEL)).toBeNull();
  expect(otherModel(document.model, WIDE)).toBe('Atlas, and Wide is open');
  expect(otherModel(document.model, NAMESAKE)).toBe(
    'Atlas with weights abc, and Atlas with weights 01234567 is open',
  );
});

it('a finding that was only opened starts nothing that costs much: no readings of a long prompt, a rough estimate', async () => {
  const { loci, engine } = createFakeLoci();
  const spec = gpt2Spec({ nLayers: 6, nHeads: 1, dModel: 4, dMlp: 8, nCtx: 512, dVocab: 100 });
  engine.open = async () => ({ ...MODEL, spec });
  await openModel(loci, { kind: 'builtin', id: 'atlas' });
  const asked: string[] = [];
  const captures = engine.capture;
  engine.capture = async (request) => {
    asked.push('capture');
    return captures(request);
  };
  engine.predict = async () => {
    asked.push('predict');
    return [];
  };
  engine.estimate = async (_, options) => {
    asked.push(`estimate ${options?.mostPlanned}`);
    return { forwards: 1, flops: 1, seconds: 1, isMost: true };
  };
  const long = sampleDocument({ T: 300, kinds: ['hidden'] });
  const prompt = 'word '.repeat(300).trim();
  addFinding(loci, { ...long, spec: { ...long.spec, prompt }, model: document.model }, 'link');
  await settle();
  expect(loci.status.getState()).toMatchObject({
    readings: null,
    readingsError:
      'The prompt of this finding has 300 tokens: attention and logit lens are read when you run it.',
  });
  expect(asked).toEqual(['estimate 2500']);
  asked.length = 0;
  addFinding(loci, document, 'link');
  await settle();
  expect(asked).toEqual(['capture', 'predict', 'estimate 2500']);
});
