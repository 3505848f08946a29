/** The open lens, through the engine's public methods and as experiments read it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskFolder } from '../load/disk';
import { memoryStore } from '../load/testing/memoryStore';
import { inThisThread } from '../load/tokenizer/inThisThread';
import { lensWeight } from '../model/lens';
import type { Engine } from './api';
import { lensMatrix } from './lensMatrix';
import { createNodeEngine } from './node';

const golden = (name: string) => ({
  name,
  file: new Blob([Uint8Array.from(readFileSync(`reference/goldens/jacobian_lens/${name}`))]),
});

describe('the lens of Atlas', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createNodeEngine('reference', {
      startThread: inThisThread,
      folder: () => diskFolder('public/models/atlas'),
      store: memoryStore(),
    });
    await engine.open({ kind: 'builtin', id: 'atlas' });
  });
  afterAll(() => engine.close());

  it('is opened, written, opened again, and closed', async () => {
    expect(await engine.lensInfo()).toBeNull();
    await expect(engine.exportLens('pt')).rejects.toThrow(/^jacobian lens: this model has none/);
    const info = await engine.openLens(golden('atlas.pt'));
    expect(info).toMatchObject({ title: 'atlas.pt', layers: [0, 1, 2, 3, 4], prompts: 4, skipFirst: 16 });
    expect(info).not.toHaveProperty('matrices');
    expect(await engine.lensInfo()).toEqual(info);
    const { name, bytes } = await engine.exportLens('pt');
    expect(name).toBe('atlas-jacobian-lens.pt');
    const again = await engine.openLens({ name, file: new Blob([Uint8Array.from(bytes)]) });
    // Halves both times.
    expect(again).toEqual({ ...info, title: name });
    await engine.closeLens();
    expect(await engine.lensInfo()).toBeNull();
  });

  it('from a file that is to be kept opens again without it', async () => {
    expect(await engine.keptLenses()).toEqual([]);
    const info = await engine.openLens({ ...golden('atlas.pt'), keep: true });
    expect(await engine.keptLenses()).toEqual([info]);
    await engine.closeLens();
    expect(await engine.openKeptLens(info.sha256)).toEqual(info);
    await engine.deleteKeptLens(info.sha256);
    await expect(engine.openKeptLens(info.sha256)).rejects.toThrow(/^kept lens: there is none of this model/);
  });

  it('of another model leaves the open one as it is', async () => {
    const info = await engine.openLens(golden('atlas.pt'));
    await expect(engine.openLens(golden('tiny-a.pt'))).rejects.toThrow(/got d_model 48, expected 128/);
    expect(await engine.lensInfo()).toEqual(info);
  });

  it('is closed with its model', async () => {
    await engine.openLens(golden('atlas.pt'));
    await engine.open({ kind: 'builtin', id: 'atlas' });
    expect(await engine.lensInfo()).toBeNull();
  });
});

describe('its matrices among the weights', () => {
  const matrix = Float32Array.of(1, 2, 3, 4);
  const info = { sha256: '', title: '', dModel: 2, layers: [1], prompts: 1, skipFirst: 16 };
  const lens = { ...info, matrices: new Map([[1, matrix]]) };

  it('have the names of the contract', () => {
    expect(lensMatrix(lensWeight(1), lens)).toBe(matrix);
    expect(lensMatrix('embed.W_E', lens)).toBeNull();
    expect(lensMatrix('embed.W_E', null)).toBeNull();
  });

  it('that are not there are named in a sentence', () => {
    expect(() => lensMatrix(lensWeight(1), null)).toThrow(/^jacobian lens: this model has none/);
    expect(() => lensMatrix(lensWeight(2), lens)).toThrow(
      /^jacobian lens: has no such layer, got 'jacobian_lens\.2', expected one of 1/,
    );
  });
});
