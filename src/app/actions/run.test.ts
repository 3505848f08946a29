import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../results/document';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { sampleGraphDocument } from '../../results/testing/sampleGraph';
import { currentFinding } from '../stores/session';
import { createFakeLoci, settle } from '../testing';
import { addFinding } from './findings';
import { markSubject, typePrompt } from './question';
import { askSame, cancelRun, rerun, runDraft } from './run';

const document = sampleDocument();
const onlyHidden: ResultDocument = { ...document, figures: document.figures.slice(0, 1) };

async function ready() {
  const page = createFakeLoci();
  await typePrompt(page.loci, 'The capital of France is');
  await markSubject(page.loci, [4, 5]);
  return page;
}

describe('running', () => {
  it('shows progress, then kinds as they finish, then the whole; the editor stays as it is', async () => {
    const { loci, engine } = await ready();
    const done = runDraft(loci);
    const run = engine.runs[0]!;
    run.emit({ type: 'progress', fraction: 0.3, secondsLeft: 4, doing: 'hidden' });
    expect(loci.status.getState()).toMatchObject({
      phase: 'running',
      run: { fraction: 0.3, secondsLeft: 4 },
    });
    run.emit({ type: 'partial', document: { ...document, figures: [] } });
    expect(currentFinding(loci.session.getState())).toBeNull();
    run.emit({ type: 'partial', document: onlyHidden });
    expect(currentFinding(loci.session.getState())).toMatchObject({ partial: true, document: onlyHidden });
    await typePrompt(loci, 'Something else');
    run.finish(document);
    await done;
    expect(loci.session.getState().findings).toHaveLength(1);
    expect(currentFinding(loci.session.getState())).toMatchObject({ partial: false, document });
    expect(loci.status.getState()).toMatchObject({ phase: 'done', run: null });
    expect(loci.draft.getState().draft.prompt).toBe('Something else');
  });

  it('corrects the next estimate of the same kind by what a run took', async () => {
    const { loci, engine } = await ready();
    const took = document.environment.seconds;
    for (const [at, said] of [took / 4, took].entries()) {
      const done = runDraft(loci);
      engine.runs[at]!.emit({ type: 'planned', forwards: 10, flops: 1e6, seconds: took / 4 });
      expect(loci.status.getState().run!.secondsLeft).toBeCloseTo(said, 6);
      engine.runs[at]!.finish(document);
      await done;
    }
  });

  it('asks the open model what a finding asked', async () => {
    const { loci, engine } = await ready();
    addFinding(loci, { ...document, model: { ...document.model, id: 'other' } }, 'link');
    const finding = currentFinding(loci.session.getState())!;
    await typePrompt(loci, 'Something else');
    const done = askSame(loci, finding);
    await settle();
    expect(loci.draft.getState().draft).toMatchObject({
      prompt: finding.asked.prompt,
      answer: finding.asked.answer,
      bos: loci.status.getState().model!.bos,
    });
    expect(engine.runs).toHaveLength(1);
    engine.runs[0]!.finish(document);
    await done;
    expect(loci.session.getState().findings).toHaveLength(2);
  });

  it('shows a graph as far as it has been found', async () => {
    const { loci, engine } = await ready();
    const done = runDraft(loci);
    const graph = sampleGraphDocument();
    engine.runs[0]!.emit({ type: 'partial', document: graph });
    expect(currentFinding(loci.session.getState())).toMatchObject({ partial: true, document: graph });
    await cancelRun(loci);
    await done;
    expect(loci.session.getState().findings).toHaveLength(1);
  });

  it('keeps finished kinds when cancelled', async () => {
    const { loci, engine } = await ready();
    const done = runDraft(loci);
    engine.runs[0]!.emit({ type: 'partial', document: onlyHidden });
    await cancelRun(loci);
    await done;
    expect(loci.status.getState()).toMatchObject({ phase: 'cancelled', run: null, runError: null });
    expect(currentFinding(loci.session.getState())).toMatchObject({ partial: true, document: onlyHidden });
  });

  it('says that it is recovering, and completes', async () => {
    const { loci, engine } = await ready();
    const done = runDraft(loci);
    engine.runs[0]!.emit({ type: 'recovering', reason: 'device lost' });
    expect(loci.status.getState().phase).toBe('recovering');
    engine.runs[0]!.emit({ type: 'progress', fraction: 0.5, secondsLeft: 1, doing: 'mlp' });
    expect(loci.status.getState().phase).toBe('running');
    engine.runs[0]!.finish(document);
    await done;
    expect(loci.status.getState().phase).toBe('done');
  });

  it('shows a failure where it happened', async () => {
    const { loci, engine } = await ready();
    const done = runDraft(loci);
    engine.runs[0]!.fail(new Error('gpu: out of memory.'));
    await done;
    expect(loci.status.getState()).toMatchObject({ run: null, runError: 'gpu: out of memory.' });
  });

  it('keeps nothing of a run whose numbers are not finite: the finding before is back', async () => {
    const { loci, engine } = await ready();
    addFinding(loci, document, 'example');
    const before = currentFinding(loci.session.getState());
    await typePrompt(loci, 'The capital of France is');
    await markSubject(loci, [4, 5]);
    const done = runDraft(loci);
    engine.runs[0]!.emit({ type: 'partial', document: onlyHidden });
    expect(loci.session.getState().findings).toHaveLength(2);
    const sentence = 'logits are not finite, first at blocks.3.ln1: weight has 1 NaN.';
    engine.runs[0]!.fail(Object.assign(new Error(sentence), { name: 'NotFiniteError' }));
    await done;
    expect(loci.status.getState()).toMatchObject({ phase: 'ready', run: null, runError: sentence });
    expect(loci.session.getState().findings).toEqual([before]);
    expect(currentFinding(loci.session.getState())).toEqual(before);
  });

  it('ignores events of a run that is over', async () => {
    const { loci, engine } = await ready();
    const done = runDraft(loci);
    engine.runs[0]!.finish(document);
    await done;
    engine.runs[0]!.emit({ type: 'progress', fraction: 0.9, secondsLeft: 1, doing: 'late' });
    expect(loci.status.getState().run).toBeNull();
  });
});

describe('re-running a finding', () => {
  const ofAtlas = (from: ResultDocument): ResultDocument => ({
    ...from,
    model: { ...from.model, id: 'atlas', sha256: 'abc' },
  });

  it('reports the deviation beside the step', async () => {
    const { loci, engine } = createFakeLoci();
    const shown = ofAtlas(document);
    addFinding(loci, shown, 'link', { hidden: { values: 0.001 } });
    await settle();
    const done = rerun(loci);
    const again = structuredClone(shown);
    again.figures[0]!.values[13]! += 0.0007;
    engine.runs[0]!.finish(again);
    await done;
    const { deviation } = currentFinding(loci.session.getState())!;
    expect(deviation!.isWithin).toBe(true);
    expect(deviation!.rows.find((row) => row.name === 'hidden')).toMatchObject({ cell: 13, step: 0.001 });
  });

  it('refuses when other weights are open', async () => {
    const { loci, engine } = createFakeLoci();
    addFinding(loci, { ...document, model: { ...document.model, id: 'gpt2', title: 'GPT-2' } }, 'link');
    await rerun(loci);
    expect(engine.runs).toHaveLength(0);
    expect(loci.status.getState().rerunError).toMatch(/GPT-2.*Atlas/);
  });

  it('asks before it runs code that a question carries, once', async () => {
    const { loci, engine } = await ready();
    const asked: string[] = [];
    let answer = false;
    const careful = { ...loci, ask: (question: string) => asked.push(question) > 0 && answer };
    const code = 'fn edit(x: f32, row: u32, col: u32) -> f32 { return -x; }';
    const spec = { ...document.spec, edits: [{ site: 'hook_embed', op: 'snippet', code }] };
    loci.draft.setState({ spec });
    await runDraft(careful);
    expect(engine.runs).toHaveLength(0);
    expect(asked[0]).toContain(code);
    expect(loci.status.getState().runError).toBe('The question carries code, and you chose not to run it.');
    answer = true;
    const done = runDraft(careful);
    engine.runs[0]!.finish(document);
    await done;
    loci.draft.setState({ spec });
    const again = runDraft(careful);
    engine.runs[1]!.finish(document);
    await again;
    expect(asked).toHaveLength(2);
  });
});
