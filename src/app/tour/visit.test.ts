import { expect, it } from 'vitest';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { addFinding } from '../actions/findings';
import { editDraft } from '../actions/question';
import { showEdits } from '../actions/showEdits';
import type { Loci } from '../loci';
import { currentFinding } from '../stores/session';
import { createFakeLoci, MODEL } from '../testing';
import { OTHER, STEPS } from './steps';
import { beginTour, endTour } from './visit';

const promptIn = (loci: Loci) => loci.draft.getState().draft.prompt;
const step = (title: string) => STEPS.find((one) => one.title === title)!;

/** A visit with a typed question, an edit and a chosen cell. */
async function busyVisit() {
  const { loci, engine } = createFakeLoci();
  loci.status.setState({ model: MODEL });
  addFinding(loci, sampleDocument({ seed: 4 }), 'link');
  showEdits(loci, { changes: [{ cut: { senders: ['a0.h0'], receiver: 'm0', rows: 'all' } }], twin: null });
  await editDraft(loci, { prompt: 'what I typed', answer: ' mine' });
  const locked = { figure: 'hidden', place: { position: '·is', layer: '1' } };
  loci.view.setState({ locked, tab: { finding: 'x', name: 'Table' } });
  const shown = () => ({
    draft: loci.draft.getState().draft,
    finding: loci.session.getState().currentId,
    changes: loci.edits.getState().changes,
    locked: loci.view.getState().locked,
    tab: loci.view.getState().tab,
  });
  return { loci, engine, shown };
}

it('the tour begins on the first example, and leaves the page as it was', async () => {
  const { loci, shown } = await busyVisit();
  const before = shown();
  const tour = await beginTour(loci);
  expect(promptIn(loci)).toBe('The capital of France is');
  expect(shown()).toMatchObject({ changes: [], locked: null, tab: null });
  await step('Point at a cell').act!.run(loci);
  expect(loci.view.getState().locked?.figure).toBe('hidden');
  await endTour(loci, tour, false);
  expect(shown()).toEqual(before);
});

it('left during its run, it cancels the run and leaves the page as it was', async () => {
  const { loci, engine, shown } = await busyVisit();
  const before = shown();
  const tour = await beginTour(loci);
  const ran = step('Ask another prompt').act!.run(loci);
  await expect.poll(() => engine.runs.length).toBe(1);
  expect(promptIn(loci)).toBe(OTHER.prompt);
  engine.runs[0]!.emit({ type: 'partial', document: sampleDocument({ seed: 8 }) });
  expect(currentFinding(loci.session.getState())!.origin).toBe('run');
  await endTour(loci, tour, true);
  await ran;
  expect(loci.status.getState().run).toBeNull();
  expect(shown()).toEqual(before);
});

it('what is typed during the tour stays', async () => {
  const { loci } = await busyVisit();
  const tour = await beginTour(loci);
  await editDraft(loci, { prompt: 'The capital of Spain is' });
  await endTour(loci, tour, false);
  expect(promptIn(loci)).toBe('The capital of Spain is');
});
