import { describe, expect, it } from 'vitest';
import type { CutRequest, ToldAnswer } from '../../engine/api';
import { AS_FOUND } from '../../panels/graph/view';
import { edgeKey } from '../../results/graph';
import { sampleGraphDocument } from '../../results/testing/sampleGraph';
import type { ResultDocument } from '../../results/document';
import { documentToText } from '../../share/file';
import { writeLink } from '../../share/link';
import { currentFinding } from '../stores/session';
import { createFakeLoci, MODEL } from '../testing';
import { addFinding, showFinding } from './findings';
import { cutWires, mendCut, restoreAll } from './cuts';
import { viewGraph } from './graph';
import { compareWith, openBeside, othersWithGraphs } from './graphBeside';
import { measureNow } from './measureEdges';

const document = sampleGraphDocument({ estimates: true });
const said = (text: string, difference: number) => ({
  top: [{ id: 1, text, p: 0.5, uncut: 0.5 }],
  p: 0.5,
  difference,
});
const told = (edges: number): ToldAnswer => ({
  edges,
  case: 0,
  before: said(' Paris', 4),
  after: said(' Oslo', 4 - edges),
  prompts: 1,
  answered: { before: 1, after: 0 },
  difference: { before: 4, after: 4 - edges },
});

/** A page that shows the document, and the requests to its engine. */
function page(shown: ResultDocument = document) {
  const { loci, engine } = createFakeLoci();
  const asked: CutRequest[] = [];
  Object.assign(engine, {
    answerWithCuts: async (request: CutRequest) => {
      asked.push(request);
      return told(request.cut.length);
    },
  });
  loci.status.setState({ model: { ...MODEL, sha256: shown.model.sha256 } });
  addFinding(loci, shown, 'link');
  return { loci, engine, asked };
}

describe('wires that are cut', () => {
  it('by a link are asked about at once where it takes little, else when the reader changes them', async () => {
    const { spec } = document;
    const cases = Array.from({ length: 40 }, () => (spec.cases as object[])[0]!);
    const { loci, asked } = page({ ...document, spec: { ...spec, cases } });
    const view = { ...AS_FOUND, cut: ['m0->m1'] };
    await viewGraph(loci, view, true);
    expect(asked).toEqual([]);
    expect(loci.graph.getState().answer).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(/^This graph is about 40 prompts and \d+ edges: change what is cut/),
    });
    await viewGraph(loci, { ...view, cut: ['m0->m1', 'm0->logits'] });
    expect(asked).toHaveLength(1);
    const small = page();
    await viewGraph(small.loci, view, true);
    expect(small.asked).toHaveLength(1);
  });

  it('are asked about together; each can be taken back, and all of them', async () => {
    const { loci, asked } = page();
    await cutWires(loci, ['m0']);
    await cutWires(loci, ['a0.h1->m1', 'input->m1']);
    expect(asked.at(-1)).toEqual({ spec: document.spec, cut: ['m0', 'a0.h1->m1', 'input->m1'] });
    expect(loci.graph.getState().answer).toEqual({ state: 'told', answer: told(3) });
    await mendCut(loci);
    expect(asked.at(-1)!.cut).toEqual(['m0', 'a0.h1->m1']);
    await mendCut(loci, 'm0');
    expect(loci.graph.getState().view.cut).toEqual(['a0.h1->m1']);
    await restoreAll(loci);
    expect(loci.graph.getState()).toMatchObject({ view: { cut: [] }, answer: null });
    expect(asked).toHaveLength(4);
  });

  it('are those of all nodes of a group; the model is asked only where the wires change', async () => {
    const { loci, asked } = page();
    const groups = [{ name: 'movers', nodes: ['a0.h1', 'a1.h0'] }];
    await viewGraph(loci, { ...AS_FOUND, cut: ['movers'], groups });
    expect(asked.at(-1)!.cut).toEqual(['a0.h1', 'a1.h0']);
    await viewGraph(loci, { ...AS_FOUND, cut: ['movers'], groups, notes: { movers: 'carry the name' } });
    await viewGraph(loci, { ...AS_FOUND, cut: ['a0.h1', 'a1.h0'] });
    expect(asked).toHaveLength(1);
  });

  it('are kept, unasked, where there is no GPU; another finding has its own', async () => {
    const { loci, asked } = page();
    loci.status.setState({ gpuMissing: 'There is no WebGPU here.' });
    await cutWires(loci, ['m0']);
    expect(loci.graph.getState()).toMatchObject({ view: { cut: ['m0'] }, answer: null });
    expect(asked).toEqual([]);
    const { id } = currentFinding(loci.session.getState())!;
    addFinding(loci, document, 'link');
    expect(loci.graph.getState().view.cut).toEqual([]);
    showFinding(loci, id);
    expect(loci.graph.getState().view.cut).toEqual(['m0']);
  });

  it('a wire that is none gets one sentence', async () => {
    const { loci, engine } = page();
    engine.answerWithCuts = async () => {
      throw new Error("cut: no such wire, got 'x', expected an edge.");
    };
    await cutWires(loci, ['x']);
    expect(loci.graph.getState().answer).toEqual({
      state: 'failed',
      message: "cut: no such wire, got 'x', expected an edge.",
    });
  });
});

it('an estimate that is measured becomes a number of a new document; the old one stays', async () => {
  const { loci, engine } = page();
  const edge = document.graph!.edges.find(({ measured }) => measured === false)!;
  const name = edgeKey(edge);
  engine.measureEdges = async () => [{ name, score: 0.25, interval: [0.125, 0.375], kl: 0.5 }];
  await measureNow(loci, [name]);
  const { findings } = loci.session.getState();
  expect(findings).toHaveLength(2);
  const shown = currentFinding(loci.session.getState())!.document as ResultDocument;
  const found = shown.graph!.edges.find((other) => edgeKey(other) === name);
  expect(found).toEqual({ ...edge, score: 0.25, interval: [0.125, 0.375], kl: 0.5, measured: true });
  const rest = (of: ResultDocument) => of.graph!.edges.filter((other) => edgeKey(other) !== name);
  expect(rest(shown)).toEqual(rest(document));
  expect(findings[1]!.document).toEqual(document);
  expect(loci.graph.getState().measuring).toEqual([]);
});

describe('a graph beside another', () => {
  it('is one of this visit, a link or a file', async () => {
    const { loci } = page();
    const shown = loci.session.getState().currentId!;
    const other = sampleGraphDocument({ seed: 2 });
    await openBeside(loci, writeLink(other));
    const first = loci.graph.getState().beside;
    expect(first).not.toBeNull();
    await openBeside(loci, documentToText(other));
    expect(loci.graph.getState().beside).not.toBe(first);
    expect(loci.session.getState().currentId).toBe(shown);
    expect(othersWithGraphs(loci.session.getState().findings, shown)).toHaveLength(2);
    compareWith(loci, null);
    expect(loci.graph.getState().beside).toBeNull();
  });

  it('of another shape, or of something else, is refused in one sentence', async () => {
    const { loci } = page();
    await openBeside(loci, writeLink(sampleGraphDocument({ heads: 2 })));
    expect(loci.graph.getState()).toMatchObject({
      beside: null,
      error: expect.stringMatching(/^compare: the graphs are not of one shape, got 2 blocks of 2 heads/),
    });
    await openBeside(loci, 'not a link');
    expect(loci.graph.getState().error).toMatch(/^link: not a Loci link/);
  });
});
