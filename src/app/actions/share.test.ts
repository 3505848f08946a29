import { describe, expect, it } from 'vitest';
import { AS_FOUND, type GraphView } from '../../panels/graph/view';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { sampleGraphDocument } from '../../results/testing/sampleGraph';
import { readLink, writeLink } from '../../share/link';
import { exampleLink, examples } from '../examples';
import { currentFinding } from '../stores/session';
import { createFakeLoci } from '../testing';
import { showExample, showFirstFinding } from './boot';
import { addFinding, keepFinding, showFinding, togglePin } from './findings';
import { viewGraph } from './graph';
import { comparisonOf, exportText, linkOf, openFile, openLink, reopen } from './share';
import { smallerLinkOf } from './smallerLink';

const document = sampleDocument();
const LOCKED = { figure: 'mlp', place: { position: '·of', layer: '2' } };

describe('links', () => {
  it('carry the finding and what is selected', async () => {
    const { loci } = createFakeLoci();
    addFinding(loci, document, 'link');
    const head = { layer: 1, head: 2 };
    loci.view.setState({ locked: LOCKED, head, withoutSink: false });
    const url = linkOf(loci, 'https://example.org/loci/#old')!;
    expect(url.startsWith('https://example.org/loci/#v=4&')).toBe(true);

    const other = createFakeLoci().loci;
    expect(await openLink(other, url)).toBe(true);
    expect(currentFinding(other.session.getState())!.document.spec).toEqual(document.spec);
    expect(other.view.getState()).toMatchObject({
      locked: LOCKED,
      head,
      withoutSink: false,
    });
    expect(other.draft.getState().draft.prompt).toBe(document.spec.prompt);
  });

  it('are smaller for chats that cut them: the map that is looked at', async () => {
    const { loci } = createFakeLoci();
    const page = 'https://example.org/';
    expect(smallerLinkOf(loci, page)).toBeNull();
    addFinding(loci, document, 'link');
    loci.view.setState({ locked: LOCKED });
    const url = smallerLinkOf(loci, `${page}#v=4`)!;
    expect(url.length).toBeLessThan(2000);
    expect(linkOf(loci, page)!.length).toBeGreaterThan(2000);
    const read = await readLink(url);
    expect(read.document.figures.map(({ name }) => name)).toEqual(['mlp', 'next_tokens', 'next_logits']);
    expect(read.view).toMatchObject({ selection: { figure: 'mlp', cell: 20 } });
    addFinding(loci, sampleGraphDocument(), 'link');
    expect(smallerLinkOf(loci, page)).toBeNull();
  });

  it('carry what was done to the picture of a graph', async () => {
    const { loci } = createFakeLoci();
    addFinding(loci, sampleGraphDocument(), 'link');
    const view: GraphView = {
      prune: { by: 'edges', count: 12 },
      pinned: ['m0'],
      hidden: ['a0.h1'],
      groups: [{ name: 'movers', nodes: ['a1.h0', 'a1.h1'] }],
      notes: { m0: 'the fact' },
      cut: ['movers', 'a0.h1->m1'],
      selection: 'm0',
      compare: 'both',
    };
    await viewGraph(loci, view);
    const other = createFakeLoci().loci;
    other.status.setState({ gpuMissing: 'There is no WebGPU here.' });
    const link = linkOf(loci, 'https://example.org/')!;
    expect(await openLink(other, link)).toBe(true);
    expect(other.graph.getState().view).toEqual(view);
    await viewGraph(loci, AS_FOUND);
    expect(linkOf(loci, 'https://example.org/')!.length).toBeLessThan(link.length);
  });

  it('carry a comparison: both findings, B hidden until it is compared', async () => {
    const { loci } = createFakeLoci();
    const page = 'https://example.org/';
    const other = { ...document, finding: 'Another sentence.' };
    const id = keepFinding(loci, other);
    addFinding(loci, document, 'link');
    const alone = linkOf(loci, page)!;
    loci.view.setState({ beside: id });
    const link = linkOf(loci, page)!;
    expect(link.length).toBeGreaterThan(alone.length);

    const friend = createFakeLoci().loci;
    expect(await openLink(friend, link)).toBe(true);
    const { findings, currentId } = friend.session.getState();
    const { beside } = friend.view.getState();
    expect(findings.map((finding) => finding.id).sort()).toEqual([currentId, beside].sort());
    expect((await readLink(linkOf(friend, page)!)).view.beside).toMatch(/^#v=4/);
    // Back and forward: the visit's own findings, not a third one.
    await reopen(friend, currentId!, link);
    expect(friend.session.getState().findings).toHaveLength(2);
    expect(friend.view.getState().beside).toBe(beside);
    await reopen(friend, currentId!, alone);
    expect(friend.view.getState().beside).toBeNull();
  });

  it('of a comparison that does not fit hold A alone', () => {
    const { loci } = createFakeLoci();
    const long = { ...document, notes: Array.from({ length: 6000 }, (_, i) => `${Math.sin(i)}`) };
    const id = keepFinding(loci, long);
    addFinding(loci, document, 'link');
    const alone = linkOf(loci, 'https://example.org/');
    loci.view.setState({ beside: id });
    const [a, b] = [currentFinding(loci.session.getState())!, loci.session.getState().findings[1]!];
    expect(comparisonOf(a, b)).toBeNull();
    expect(linkOf(loci, 'https://example.org/')).toBe(alone);
  });

  it.each(['#v=4&n=3&c=00000000&d=abc', 'x'.repeat(30_001)])(
    'with a second finding that is none say so',
    async (beside) => {
      const { loci } = createFakeLoci();
      expect(await openLink(loci, writeLink(document, { beside }))).toBe(false);
      expect(loci.view.getState().linkError).toMatch(/^link: /);
    },
  );

  it('of a picture that is none of ours say so, and leave what is shown', async () => {
    const { loci } = createFakeLoci();
    const link = writeLink(sampleGraphDocument(), { graph: { prune: { by: 'luck' } } });
    expect(await openLink(loci, link)).toBe(false);
    expect(loci.view.getState().linkError).toMatch(/^link: view\.graph: /);
    expect(currentFinding(loci.session.getState())).toBeNull();
  });

  it('say what is wrong and leave an example', async () => {
    const { loci } = createFakeLoci();
    addFinding(loci, document, 'link');
    const url = linkOf(loci, 'https://example.org/')!;
    const other = createFakeLoci().loci;
    await showFirstFinding(other, url.slice(url.indexOf('#'), -20));
    expect(other.view.getState().linkError).toMatch(/cut off/);
    expect(currentFinding(other.session.getState())!.origin).toBe('example');
  });
});

describe('worked examples', () => {
  it('open, and open again without a second entry', async () => {
    const { loci } = createFakeLoci();
    await showFirstFinding(loci, '');
    await showExample(loci, 1);
    await showExample(loci, 0);
    expect(loci.view.getState().linkError).toBeNull();
    expect(loci.session.getState().findings).toHaveLength(2);
  });

  it('of several clicks the last counts, and counts once', async () => {
    const { loci } = createFakeLoci();
    await Promise.all([1, 2, 2].map((index) => showExample(loci, index)));
    const { findings } = loci.session.getState();
    expect(findings).toHaveLength(1);
    expect(await readLink(await exampleLink(2))).toMatchObject({ document: findings[0]!.document });
  });

  it('all open', async () => {
    const { loci } = createFakeLoci();
    for (const index of examples.keys()) {
      await showExample(loci, index);
      expect(loci.view.getState().linkError).toBeNull();
    }
    expect(loci.session.getState().findings).toHaveLength(examples.length);
  });
});

describe('history', () => {
  it('reopens and pins', async () => {
    const { loci } = createFakeLoci();
    addFinding(loci, document, 'link');
    const first = loci.session.getState().currentId!;
    addFinding(loci, sampleDocument({ seed: 2 }), 'link');
    showFinding(loci, first);
    expect(currentFinding(loci.session.getState())!.document).toBe(document);
    togglePin(loci, first);
    expect(currentFinding(loci.session.getState())!.pinned).toBe(true);
  });
});

describe('files', () => {
  it('go out in three text formats, and JSON comes back in', async () => {
    const { loci } = createFakeLoci();
    addFinding(loci, document, 'link');
    const finding = currentFinding(loci.session.getState())!;
    expect((await exportText(loci, finding, 'csv')).split('\r\n').length).toBeGreaterThan(200);
    expect(await exportText(loci, finding, 'svg')).toMatch(/^<svg /);
    await openFile(loci, 'a.json', await exportText(loci, finding, 'json'));
    expect(loci.session.getState().findings).toHaveLength(2);
    expect(currentFinding(loci.session.getState())!.document).toEqual(document);
    await openFile(loci, 'a.json', '{');
    expect(loci.view.getState().shareError).toMatch(/^a.json: is not valid JSON/);
  });

  it('may be a question, also one that has items as a task set has', async () => {
    const { loci } = createFakeLoci();
    const question = { kind: 'text-order', items: [] };
    await openFile(loci, 'order.json', JSON.stringify(question));
    expect(loci.draft.getState().draft).toMatchObject({
      kind: 'text-order',
      given: { name: 'order.json', question },
    });
  });

  it("may be another program's circuit, which becomes a question about the prompt that is typed", async () => {
    const { loci } = createFakeLoci();
    loci.draft.setState(({ draft }) => ({ draft: { ...draft, prompt: 'a b' } }));
    const edges = { 'input->m0': { score: 1, in_graph: true }, 'm0->logits': { score: 0, in_graph: false } };
    const file = (layers: number) =>
      JSON.stringify({
        cfg: { n_layers: layers, n_heads: 1, parallel_attn_mlp: false, d_model: 4 },
        nodes: {},
        edges,
      });
    await openFile(loci, 'circuit.json', file(2));
    expect(loci.view.getState().shareError).toBeNull();
    const { kind, metric, prompt, options } = loci.draft.getState().draft;
    expect({ kind, metric, prompt }).toEqual({ kind: 'graph', metric: 'logit-diff', prompt: 'a b' });
    expect(options.graph).toMatchObject({ method: 'chosen', edges: ['input->m0'] });
    await openFile(loci, 'circuit.json', file(12));
    expect(loci.view.getState().shareError).toMatch(
      /^circuit: is of another model, got 12 layers of 1 heads/,
    );
  });
});
