import { describe, expect, it } from 'vitest';
import type { CaptureRequest, ModelInfo } from '../../engine/api';
import { gpt2Spec } from '../../model/testing';
import { selectAttention } from '../../panels/attention/select';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { otherModel } from '../otherModel';
import { createFakeLoci, MODEL, settle } from '../testing';
import { whyNotAsked } from './answer';
import { addFinding, showFinding } from './findings';
import { openModel } from './model';
import { loadHead, mapOf } from './readings';
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

describe('a prompt of 100 tokens', () => {
  const T = 100;
  const sampled = sampleDocument({ T });
  const long = { ...sampled, model: document.model };

  async function long100() {
    const { loci, engine } = createFakeLoci();
    const asked: CaptureRequest[] = [];
    engine.capture = async (request) => {
      asked.push(request);
      const size = request.heads ? T ** 2 : 51 ** 2;
      const tensor = { shape: [1, size], data: new Float32Array(size).fill(asked.length) };
      return Object.fromEntries(request.sites.map((site) => [site, tensor]));
    };
    addFinding(loci, long, 'link');
    await settle();
    return { loci, engine, asked, readings: () => loci.status.getState().readings! };
  }

  it('is shown in groups of two positions, and the head that is asked for in full, once', async () => {
    const { loci, asked, readings } = await long100();
    expect(asked.map(({ sites, heads, pool }) => [sites.length, heads, pool])).toEqual([[2, undefined, 2]]);
    const head = { layer: 1, head: 0 };
    expect(mapOf(readings(), head)).toMatchObject({ pool: 2, values: { length: 51 ** 2 } });
    await loadHead(loci, head);
    expect(asked[1]).toMatchObject({ sites: ['blocks.1.attn.hook_pattern'], heads: [0] });
    expect(mapOf(readings(), head)).toMatchObject({ pool: 1, values: { length: T ** 2 } });
    expect(mapOf(readings(), { ...head, layer: 0 }).pool).toBe(2);
    await loadHead(loci, head);
    expect(asked).toHaveLength(2);
  });

  it('says why a head could not be read, until another one is', async () => {
    const { loci, engine, readings } = await long100();
    const { capture } = engine;
    engine.capture = async () => {
      throw new Error('no memory');
    };
    await loadHead(loci, { layer: 0, head: 0 });
    expect(readings()).toMatchObject({ mapError: 'no memory', maps: [] });
    engine.capture = capture;
    await loadHead(loci, { layer: 1, head: 0 });
    expect(readings()).toMatchObject({ mapError: null, maps: [{ layer: 1, head: 0 }] });
  });

  it('takes no head from another model', async () => {
    const { loci, engine, asked, readings } = await long100();
    engine.open = async () => WIDE;
    await openModel(loci, { kind: 'builtin', id: 'wide' });
    await loadHead(loci, { layer: 0, head: 0 });
    expect(asked).toHaveLength(1);
    expect(readings().maps).toEqual([]);
  });
});
