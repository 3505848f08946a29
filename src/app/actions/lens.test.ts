import { expect, it } from 'vitest';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { createFakeLoci, MODEL, settle } from '../testing';
import { addFinding } from './findings';
import { loadFollowed, loadTop, topKey } from './lens';

const { id, title, revision, sha256 } = MODEL;

async function shown() {
  const { loci, engine } = createFakeLoci();
  const sample = sampleDocument();
  addFinding(loci, { ...sample, model: { ...sample.model, id, title, revision, sha256 } }, 'link');
  await settle();
  const asked: unknown[] = [];
  const { lensTop } = engine;
  engine.lensTop = (tokens, place, k) => {
    asked.push(place);
    return lensTop(tokens, place, k);
  };
  return { loci, asked, readings: () => loci.status.getState().readings! };
}

it('reads the tokens of the cell where the pointer rests, once', async () => {
  const { loci, asked, readings } = await shown();
  const [passed, rested] = [
    { row: 1, layer: 0 },
    { row: 2, layer: -1 },
  ];
  await Promise.all([loadTop(loci, passed), loadTop(loci, rested)]);
  await loadTop(loci, rested);
  // The embedding is row 0 of the lens.
  expect(asked).toEqual([{ row: 0, position: 2 }]);
  expect(readings().tops).toEqual({ [topKey('logit', rested)]: [{ id: 0, text: ' 2', p: 0.5, logit: 1 }] });
});

it('leaves the engine to a run', async () => {
  const { loci, asked } = await shown();
  const run = { id: 'run-1', fraction: 0, secondsLeft: null, doing: '', forwards: null, cancelling: false };
  loci.status.setState({ run });
  await loadTop(loci, { row: 1, layer: 0 });
  expect(asked).toEqual([]);
});

it('reads a followed token in every cell', async () => {
  const { loci, readings } = await shown();
  await loadFollowed(loci, 7);
  expect(readings().followed).toMatchObject({ id: 7, cells: [[{ followed: { p: 0.7, rank: 7 } }]] });
});
