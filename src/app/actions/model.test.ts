import { describe, expect, it } from 'vitest';
import { type ModelPreview, type ModelSource, OPEN_CANCELLED, type WeightFormat } from '../../engine/api';
import { createFakeLoci, MODEL, settle } from '../testing';
import { cancelOpening, deleteStored, openModel, previewModel, setWeights, verifyModel } from './model';

const SOURCE: ModelSource = { kind: 'hub', id: 'someone/model' };
const fits = { gpuBytes: 4000, problem: null };
const PREVIEW: ModelPreview = {
  title: 'someone/model',
  revision: 'main',
  spec: MODEL.spec,
  notes: [],
  parameters: 1000,
  downloadBytes: 2000,
  cachedBytes: 0,
  formats: { f32: fits, f16: fits },
};
const tooLarge = { gpuBytes: 4000, problem: 'device: too large.' };

describe('looking a model up', () => {
  it('chooses half floats only where whole ones do not fit', async () => {
    const { loci, engine } = createFakeLoci();
    const chosen = async (formats: ModelPreview['formats']): Promise<WeightFormat> => {
      engine.preview = async () => ({ ...PREVIEW, formats });
      await previewModel(loci, SOURCE);
      return loci.status.getState().weights;
    };
    expect(await chosen({ f32: fits, f16: fits })).toBe('f32');
    expect(await chosen({ f32: tooLarge, f16: fits })).toBe('f16');
    expect(await chosen({ f32: tooLarge, f16: tooLarge })).toBe('f32');
  });

  it('says why it cannot be read', async () => {
    const { loci, engine } = createFakeLoci();
    engine.preview = () => Promise.reject(new Error('config.json: is missing.'));
    await previewModel(loci, SOURCE);
    expect(loci.status.getState()).toMatchObject({ preview: null, openError: 'config.json: is missing.' });
  });

  it('is cancelled without a complaint', async () => {
    const { loci, engine } = createFakeLoci();
    engine.preview = () =>
      new Promise((_, reject) => {
        engine.cancelOpen = async () => reject(new Error(OPEN_CANCELLED));
      });
    const looking = previewModel(loci, SOURCE);
    await cancelOpening(loci);
    await looking;
    expect(loci.status.getState()).toMatchObject({ preview: null, openError: null });
  });

  it('drops the answer to an earlier look-up', async () => {
    const { loci, engine } = createFakeLoci();
    let answerFirst = (_: ModelPreview): void => undefined;
    engine.preview = () => new Promise((resolve) => (answerFirst = resolve));
    const first = previewModel(loci, SOURCE);
    engine.preview = async () => ({ ...PREVIEW, title: 'the second' });
    await previewModel(loci, SOURCE);
    answerFirst({ ...PREVIEW, title: 'the first' });
    await first;
    expect(loci.status.getState().preview).toMatchObject({ info: { title: 'the second' } });
  });
});

describe('opening a model', () => {
  it('passes the chosen format on, and goes back to whole floats afterwards', async () => {
    const { loci, engine } = createFakeLoci();
    engine.preview = async () => PREVIEW;
    await previewModel(loci, SOURCE);
    setWeights(loci, 'f16');
    const asked: unknown[] = [];
    engine.open = async (_source, _onProgress, options) => {
      asked.push(options);
      return MODEL;
    };
    await openModel(loci, SOURCE);
    expect(asked).toEqual([{ weights: 'f16' }]);
    expect(loci.status.getState()).toMatchObject({ phase: 'ready', preview: null, weights: 'f32' });
  });

  it('is cancelled without a complaint; what is left to fetch is looked up, the format stays', async () => {
    const { loci, engine } = createFakeLoci();
    engine.preview = async () => PREVIEW;
    await previewModel(loci, SOURCE);
    setWeights(loci, 'f16');
    let stop = (): void => undefined;
    engine.open = () =>
      new Promise((_, reject) => {
        stop = () => reject(new Error(OPEN_CANCELLED));
      });
    engine.cancelOpen = async () => stop();
    const opening = openModel(loci, SOURCE);
    expect(loci.status.getState().phase).toBe('loading');
    engine.preview = async () => ({ ...PREVIEW, cachedBytes: 1500 });
    await cancelOpening(loci);
    await opening;
    expect(loci.status.getState()).toMatchObject({
      phase: 'ready',
      model: MODEL,
      openError: null,
      weights: 'f16',
      preview: { info: { cachedBytes: 1500 } },
    });
  });

  it('leaves a trace alone that was begun meanwhile', async () => {
    const { loci, engine } = createFakeLoci();
    let fail = (): void => undefined;
    engine.open = () =>
      new Promise((_, reject) => {
        fail = () => reject(new Error('model.safetensors: ends early.'));
      });
    const opening = openModel(loci, SOURCE);
    loci.status.setState({ phase: 'running' });
    fail();
    await opening;
    expect(loci.status.getState()).toMatchObject({ phase: 'running', opening: null });
  });

  it('that fails leaves the model in use, and says why', async () => {
    const { loci, engine } = createFakeLoci();
    engine.open = () => Promise.reject(new Error('model.safetensors: ends early.'));
    await openModel(loci, SOURCE);
    expect(loci.status.getState()).toMatchObject({
      phase: 'ready',
      model: MODEL,
      openError: 'model.safetensors: ends early.',
    });
  });
});

it('deleting a kept model changes what its preview would download', async () => {
  const { loci, engine } = createFakeLoci();
  engine.preview = async () => ({ ...PREVIEW, cachedBytes: 2000 });
  await previewModel(loci, SOURCE);
  engine.preview = async () => PREVIEW;
  await deleteStored(loci, ['key']);
  await settle();
  expect(loci.status.getState().preview).toMatchObject({ info: { cachedBytes: 0 } });
});

it('verifying keeps the largest difference, and forgets it with the model', async () => {
  const { loci } = createFakeLoci();
  await verifyModel(loci);
  expect(loci.status.getState().verified).toMatchObject({ state: 'done', site: 'hook_embed', sites: 1 });
  await openModel(loci, SOURCE);
  expect(loci.status.getState().verified).toBeNull();
});
