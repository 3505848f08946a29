import { expect, it } from 'vitest';
import type { LensInfo } from '../../engine/api';
import { createFakeLoci, MODEL } from '../testing';
import { closeLens, fitLens, openLensFile, stopFit } from './jacobian';

const info: LensInfo = {
  sha256: 'aa',
  title: 'a.pt',
  dModel: 8,
  layers: [0],
  prompts: 3,
  skipFirst: 16,
};
const file = new File(['x'], 'a.pt');

function shown() {
  const { loci, engine } = createFakeLoci();
  loci.status.setState({ model: MODEL });
  return { loci, engine };
}

it('opens a file and shows it; a bad one leaves it, and says one sentence', async () => {
  const { loci, engine } = shown();
  engine.openLens = async () => info;
  expect(await openLensFile(loci, file)).toBe(true);
  expect(loci.lens.getState()).toMatchObject({ open: info, through: 'jacobian', error: null });
  engine.openLens = async () => {
    throw new Error('b.pt: is damaged.');
  };
  expect(await openLensFile(loci, file)).toBe(false);
  expect(loci.lens.getState()).toMatchObject({ open: info, error: 'b.pt: is damaged.' });
  await closeLens(loci);
  expect(loci.lens.getState()).toMatchObject({ open: null, error: null });
});

it('drops a lens that was opened for a model that is no longer open', async () => {
  const { loci, engine } = shown();
  engine.openLens = async () => {
    loci.status.setState({ model: { ...MODEL, sha256: 'another' } });
    return info;
  };
  expect(await openLensFile(loci, file)).toBe(false);
  expect(loci.lens.getState().open).toBeNull();
});

it('fits on texts, shows progress, and says what was left out', async () => {
  const { loci, engine } = shown();
  const seen: number[] = [];
  engine.fitLens = async (_id, { title, texts }, onEvent) => {
    onEvent?.({ type: 'progress', fraction: 0.5, secondsLeft: 1, doing: 'text 1 of 2' });
    seen.push(loci.lens.getState().fitting!.fraction);
    return { lens: { ...info, title, prompts: texts.length }, skipped: 1, takenUp: 0 };
  };
  await fitLens(loci, ['a', 'b'], 'two texts');
  expect(seen).toEqual([0.5]);
  expect(loci.lens.getState()).toMatchObject({
    open: { title: 'two texts' },
    fitting: null,
    note: '1 of 2 texts are too short and do not count.',
  });
});

it('stops a fit, keeps the open lens, and says how to go on', async () => {
  const { loci, engine } = shown();
  const cancelled: string[] = [];
  engine.cancel = async (id) => void cancelled.push(id);
  engine.fitLens = async (id) => {
    await stopFit(loci);
    expect(cancelled).toEqual([id]);
    throw new Error('run: cancelled');
  };
  loci.lens.setState({ open: info });
  await fitLens(loci, ['a'], 'a text');
  expect(loci.lens.getState()).toMatchObject({
    open: info,
    fitting: null,
    error: null,
    note: 'Stopped. What was measured is kept: fit again to resume.',
  });
});
