import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loci as commandLine } from '../cli/testing/fakes';
import type { Engine } from '../engine/api';
import { createNodeEngine } from '../engine/node';
import { GRIDS } from '../experiments/common/grids';
import { interventionExperiment } from '../experiments/intervention/experiment';
import { tablesOf as forwardTables } from '../experiments/intervention/spec';
import { diskFolder } from '../load/disk';
import { inThisThread } from '../load/tokenizer/inThisThread';
import type { ModelSpec } from '../model/spec';
import { gpt2Spec } from '../model/testing';
import { namedPlace, placeOf } from '../panels/selection';
import { parseDocument } from '../results/parse';
import { addEdit, editedAnswer, setStrength, setTwin, settleEdits, toggleEdit } from './actions/edits';
import { pushAlong } from './actions/push';
import { showExample } from './actions/boot';
import { generate } from './actions/generation';
import { linkOf, openLink } from './actions/share';
import {
  added,
  type Change,
  changeOf,
  FIRST_PLACE,
  type Place,
  strengthOf,
  suitsAnyPrompt,
  type Verb,
  whyNoEdit,
} from './edits';
import { copyOf } from './copiedState';
import { placeOfCell, placeOfNode } from './editPlaces';
import { textOf } from './editText';
import { createLoci, type Loci } from './loci';
import { createFakeLoci, NO_NETS } from './testing';
import type { EditedAnswer } from './stores/edits';
import { currentFinding } from './stores/session';

const place = (change: Partial<Place>): Place => ({ ...FIRST_PLACE, ...change });
const TWIN = 'The capital of Norway is';
const twin = { kind: 'run', run: 'corrupted' };
const zero = { kind: 'constant', value: 0 };

const does = (at: Partial<Place>, verb: Verb) => (model: ModelSpec) =>
  changeOf(model, place(at), verb, { T: 6 });
const puts = (from: Partial<Place>, to: Partial<Place>) => (model: ModelSpec) =>
  copyOf(model, place(from), place(to));

/** An action of the bar, and the same edit as anybody would type it into a spec. */
const ACTIONS: readonly [string, (model: ModelSpec) => Change, object][] = [
  [
    'a layer to zero',
    does({ part: 'stream', layer: 3, position: 4 }, 'zero'),
    { edits: [{ site: 'blocks.3.hook_resid_post', rows: [4], op: 'set', source: zero }] },
  ],
  [
    'a head to zero',
    does({ part: 'head', layer: 5 }, 'zero'),
    { edits: [{ site: 'blocks.5.attn.hook_z', head: 0, op: 'scale', alpha: 0 }] },
  ],
  [
    'an MLP to its mean',
    does({ part: 'mlp', layer: 0, position: 4 }, 'mean'),
    { edits: [{ site: 'blocks.0.hook_mlp_out', rows: [4], op: 'set', source: { kind: 'mean' } }] },
  ],
  [
    'attention from the twin',
    does({ part: 'attention', layer: 5, position: 5 }, 'twin'),
    { edits: [{ site: 'blocks.5.hook_attn_out', rows: [5], op: 'set', source: twin }] },
  ],
  [
    'noise on a token',
    does({ part: 'token', position: 4 }, 'noise'),
    { edits: [{ site: 'hook_embed', rows: [4], op: 'add', source: { kind: 'noise', seed: 1, scale: 1 } }] },
  ],
  [
    'a neuron halved',
    does({ part: 'neuron', layer: 2, neuron: 37 }, 'scale'),
    { edits: [{ site: 'blocks.2.mlp.hook_post', columns: [37, 38], op: 'scale', alpha: 0.5 }] },
  ],
  [
    'a layer along the twin',
    does({ part: 'stream', layer: 1, position: 4 }, 'towards'),
    { edits: [{ site: 'blocks.1.hook_resid_post', rows: [4], op: 'lerp', alpha: 0.5, source: twin }] },
  ],
  [
    'a token hidden from a head',
    does({ part: 'look', layer: 5, head: 0, key: 4 }, 'hide'),
    { masks: [{ layers: [5, 6], head: 0, queries: 'answer', keys: [4] }] },
  ],
  [
    'a wire cut',
    does({ part: 'wire', wire: 'm0->m1' }, 'cut'),
    { cuts: [{ senders: ['m0'], receiver: 'm1' }] },
  ],
  [
    'a wire of the twin',
    does({ part: 'wire', wire: 'm0->a5.h0<v>' }, 'twin'),
    { cuts: [{ senders: ['m0'], receiver: 'a5.h0<v>', source: twin }] },
  ],
  [
    'the state of an earlier layer at another token',
    puts({ part: 'stream', layer: 2, position: 4 }, { part: 'stream', layer: 3, position: 5 }),
    {
      edits: [
        {
          site: 'blocks.3.hook_resid_post',
          rows: [5],
          op: 'set',
          source: { kind: 'run', run: 'clean', site: 'blocks.2.hook_resid_post', rows: [4] },
        },
      ],
    },
  ],
  [
    'the output of a later MLP in the same token',
    puts({ part: 'mlp', layer: 4, position: 4 }, { part: 'mlp', layer: 0, position: 4 }),
    {
      edits: [
        {
          site: 'blocks.0.hook_mlp_out',
          rows: [4],
          op: 'set',
          source: { kind: 'run', run: 'clean', site: 'blocks.4.hook_mlp_out', rows: [4] },
        },
      ],
    },
  ],
  [
    'a head at another token',
    puts({ part: 'head', layer: 5, position: 4 }, { part: 'head', layer: 5, position: 5 }),
    {
      edits: [
        {
          site: 'blocks.5.attn.hook_z',
          head: 0,
          rows: [5],
          op: 'set',
          source: { kind: 'run', run: 'clean', rows: [4] },
        },
      ],
    },
  ],
];

const ZERO_EMBED = { site: 'hook_embed', rows: [1], op: 'set', source: zero };

describe('the edit bar on Atlas', () => {
  let engine: Engine;
  let page: Loci;
  beforeAll(async () => {
    engine = await createNodeEngine('reference', {
      startThread: inThisThread,
      folder: () => diskFolder(join(import.meta.dirname, '../../public/models/atlas')),
    });
    const model = await engine.open({ kind: 'builtin', id: 'atlas' });
    page = createLoci({ engine, nets: NO_NETS }, () => true, 0);
    page.status.setState({ phase: 'ready', model });
    await showExample(page, 0);
    await setTwin(page, TWIN);
  });
  afterAll(() => engine.close());

  const model = () => page.status.getState().model!.spec;
  const answer = () => page.edits.getState().answer!;

  /** What the command line says to these tables, typed into a spec. */
  async function typedAnswer(tables: object): Promise<EditedAnswer> {
    const { cwd } = await commandLine(['help']);
    const typed = {
      prompt: 'The capital of France is',
      subject: 'France',
      corrupted: TWIN,
      answer: ' Paris',
      distractor: ' Rome',
    };
    const spec = {
      version: 1,
      kind: 'intervention',
      model: { id: 'atlas' },
      metric: 'p',
      cases: [typed],
      top: 5,
      ...tables,
    };
    writeFileSync(join(cwd, 'spec.json'), JSON.stringify(spec));
    const staying = { ...engine, close: async () => undefined };
    const { code, err } = await commandLine(['run', 'spec.json', '--out', 'a.json'], staying, { cwd });
    expect(code, err).toBe(0);
    return editedAnswer(parseDocument(JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'))));
  }

  it.each(ACTIONS)('is the same edit of the command line: %s', async (_, change, tables) => {
    page.edits.setState({ changes: [] });
    await addEdit(page, change(model()));
    expect(page.edits.getState().error).toBeNull();
    expect(answer()).toEqual(await typedAnswer(tables));
    expect(answer().before).not.toEqual(answer().after);
  });

  const at = place({ part: 'stream', layer: 3, position: 4 });
  const add = { site: 'blocks.3.hook_resid_post', rows: [4], op: 'add', alpha: 0.5 };
  /** Of Atlas's state there. */
  const lengthThere = async () => {
    const tokens = currentFinding(page.session.getState())!.document.tokens.map(({ id }) => id);
    const { [add.site]: state } = await engine.capture({ tokens, sites: [add.site] });
    return Number(Math.hypot(...state!.data.subarray(4 * 128, 5 * 128)).toPrecision(4));
  };

  it.each([
    ['between two tokens', 'layer 3 + 0.5 × its length (L) towards ·Paris, away from ·Rome', ' Rome'],
    ['of one token', 'layer 3 + 0.5 × its length (L) towards ·Paris', ''],
  ])('pushes along the unembedding %s', async (_, words, away) => {
    page.edits.setState({ changes: [] });
    await pushAlong(page, at, { towards: ' Paris', away });
    const length = await lengthThere();
    const source = { kind: 'unembedding', towards: ' Paris', ...(away && { away }), length };
    expect(page.edits.getState()).toMatchObject({ error: null, note: null });
    expect(answer()).toEqual(await typedAnswer({ edits: [{ ...add, source }] }));
    expect(answer().before).not.toEqual(answer().after);
    const { changes, names } = page.edits.getState();
    const { what, does } = textOf(changes[0]!, [], names);
    expect(`${what} ${does}`.replace(/\([\d.]+\)/, '(L)')).toBe(words);
    const { loci: friend } = createFakeLoci();
    expect(await openLink(friend, linkOf(page, 'https://example.org/')!)).toBe(true);
    expect(friend.edits.getState().changes).toEqual(changes);
  });

  it('pushes along a vector as long as the state, or says why not', async () => {
    page.edits.setState({ changes: [] });
    const values = Array.from({ length: 128 }, (_, d) => Math.cos(d));
    await pushAlong(page, at, { values });
    const [factor, length] = [1 / Math.hypot(...values), await lengthThere()];
    const scaled = values.map((x) => Number((x * factor * length).toPrecision(4)));
    const source = { kind: 'vector', values: scaled };
    expect(answer()).toEqual(await typedAnswer({ edits: [{ ...add, source }] }));
    expect(answer().before).not.toEqual(answer().after);
    await pushAlong(page, at, { values: [1, 2] });
    expect(page.edits.getState().note).toBe('direction: has the wrong size, got 2 numbers, expected 128.');
    await pushAlong(page, at, { towards: 'Paris', away: 'Paris' });
    expect(page.edits.getState().note).toMatch(/^direction: both tokens are the same/);
  });

  it('without an edit that is on is the clean answer, exactly', async () => {
    page.edits.setState({ changes: [] });
    await addEdit(page, changeOf(model(), place({ layer: 5 }), 'zero'));
    await toggleEdit(page, 0);
    const clean = await engine.predict(
      currentFinding(page.session.getState())!.document.tokens.map(({ id }) => id),
      5,
    );
    expect(answer()).toEqual({ before: clean, after: clean, kl: null });
    await toggleEdit(page, 0);
    expect(answer().kl).toBeGreaterThan(0);
  });

  it('of several strengths at once asks for the newest alone', async () => {
    page.edits.setState({ changes: [] });
    await addEdit(page, changeOf(model(), place({ layer: 5 }), 'scale'));
    const all = [0.1, 0.2, 0.3, 1].map((value) => setStrength(page, 0, value));
    await Promise.all(all);
    expect(answer().after).toEqual(answer().before);
    expect(page.edits.getState().isAsking).toBe(false);
  });

  it('continues the prompt without and with the edits, and its first token is the answer', async () => {
    page.edits.setState({ changes: [] });
    const { document } = currentFinding(page.session.getState())!;
    const tokens = await engine.tokenize('The capital of France is', true);
    page.draft.setState({ tokens });
    page.generation.setState(({ settings }) => ({ settings: { ...settings, maxNew: 2 } }));
    const places: [Partial<Place>, Verb][] = [
      [{ part: 'stream', layer: 3, position: 4 }, 'twin'],
      [{ part: 'head', layer: 5, head: 1 }, 'mean'],
      [{ part: 'neuron', layer: 2, neuron: 5 }, 'towards'],
      [{ part: 'look', layer: 5, head: 0, key: 4 }, 'hide'],
    ];
    for (const [at, verb] of places) await addEdit(page, changeOf(model(), place(at), verb));
    await generate(page);
    const { stream, edited, error } = page.generation.getState();
    expect(error).toBeNull();
    expect(stream!.tokens[0]!.text).toBe(document.answer!.token);
    const [first] = answer().after;
    expect(edited!.tokens[0]!.text).toBe(first!.text);
    expect(edited!.tokens[0]!.p).toBeCloseTo(first!.p, 6);
  });

  it('travels in the link: another page shows the same edits', async () => {
    page.edits.setState({ changes: [] });
    await addEdit(page, changeOf(model(), place({ layer: 5 }), 'zero'));
    await addEdit(page, changeOf(model(), place({ part: 'stream', layer: 3, position: 4 }), 'twin'));
    const [from, to] = [place({ part: 'mlp', layer: 4, position: 4 }), place({ part: 'mlp', position: 5 })];
    await addEdit(page, copyOf(model(), from, to));
    await toggleEdit(page, 0);
    const { changes, twin: given } = page.edits.getState();
    const { loci: friend } = createFakeLoci();
    expect(await openLink(friend, linkOf(page, 'https://example.org/')!)).toBe(true);
    expect(friend.edits.getState()).toMatchObject({ changes, twin: given });
    page.edits.setState({ changes: [] });
    expect(await openLink(friend, linkOf(page, 'https://example.org/')!)).toBe(true);
    expect(friend.edits.getState().changes).toEqual([]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ changes: [] }, 'link: view.edits: changes: wrong value, got [], expected at least 1 entries.'],
    [{ changes: [{ edit: { site: 'hook_embed', rows: [99], op: 'scale', alpha: 0 } }] }, 'position 99'],
    [{ changes: [{ edit: { site: 'hook_embed', op: 'snippet', code: 'x' } }] }, 'an edit without code'],
    [
      { changes: [{ edit: { site: 'hook_embed', op: 'set', source: { kind: 'mean', run: 'corrupted' } } }] },
      'the corrupted prompt',
    ],
    [
      { changes: [{ edit: { ...ZERO_EMBED, source: { kind: 'unembedding', towards: { id: -1 } } } }] },
      'towards.id',
    ],
    [
      {
        changes: [
          { edit: { ...ZERO_EMBED, source: { kind: 'unembedding', towards: { id: 1 }, length: -1 } } },
        ],
      },
      'length',
    ],
    [
      { changes: [{ edit: { ...ZERO_EMBED, source: { kind: 'run', run: 'clean', rows: [6] } } }] },
      'positions below 6',
    ],
    [
      { changes: [{ edit: { ...ZERO_EMBED, source: { kind: 'run', run: 'clean', rows: [1, 2] } } }] },
      'source.rows: wrong value, got 2 positions, expected 1',
    ],
  ])('a link may not hold %j', async (edits, sentence) => {
    page.edits.setState({ changes: [] });
    const { writeLink } = await import('../share/link');
    const { document } = currentFinding(page.session.getState())!;
    const { loci: friend } = createFakeLoci();
    expect(await openLink(friend, writeLink(document, { edits }))).toBe(false);
    expect(friend.view.getState().linkError).toContain(sentence);
  });

  it('belongs to a prompt and a model', async () => {
    const { document } = currentFinding(page.session.getState())!;
    const edits = [place({ layer: 5 }), place({ part: 'stream', layer: 3, position: 4 })];
    page.edits.setState({ changes: [] });
    for (const at of edits) await addEdit(page, changeOf(model(), at, 'zero'));
    const tokens = document.tokens.map((token, i) => (i === 4 ? { ...token, id: 7 } : token));
    settleEdits(page, { document: { ...document, tokens } });
    expect(page.edits.getState().changes).toHaveLength(1);
    expect(page.edits.getState().note).toBe('1 edit was at positions of the other prompt, and left there.');
    settleEdits(page, { document: { ...document, model: { ...document.model, sha256: 'other' } } });
    expect(page.edits.getState().changes).toEqual([]);
    expect(page.edits.getState().note).toBe('1 edit was of another model, and left there.');
  });
});

describe('edits as data', () => {
  /** 12 heads x 12 layers. */
  const spec = gpt2Spec({ nLayers: 12, nHeads: 12, dModel: 24, dMlp: 48, nCtx: 32, dVocab: 50 });
  const one = {
    prompt: 'x',
    tokens: [1, 2, 3, 4],
    answer: { id: 5 },
    corrupted: { prompt: 'y', tokens: [1, 9, 3, 4] },
  };
  const study = {
    version: 1,
    kind: 'intervention',
    model: { id: 'x', revision: '' },
    bos: false,
    metric: 'p',
    cases: [one],
  };

  it.each<[Partial<Place>, Verb, string, string]>([
    [
      { part: 'stream', layer: 11, position: 1 },
      'zero',
      GRIDS.resid_post.site(spec, 11),
      'layer 11 zero at b',
    ],
    [{ part: 'head', layer: 11, head: 11 }, 'scale', 'blocks.11.attn.hook_z', 'head 11.11 × 0.5 '],
    [{ part: 'neuron', layer: 7, neuron: 47 }, 'mean', 'blocks.7.mlp.hook_post', 'neuron 7.47 mean '],
    [{ part: 'attention', layer: 8 }, 'twin', 'blocks.8.hook_attn_out', 'attention 8 from the twin '],
    [{ part: 'mlp', layer: 9 }, 'towards', 'blocks.9.hook_mlp_out', 'MLP 9 0.5 of the way to the twin '],
    [{ part: 'token', position: 0 }, 'noise', 'hook_embed', 'token + noise 1 at a'],
  ])('of 12 heads x 12 layers: %j, %s', (at, verb, site, words) => {
    const change = changeOf(spec, place(at), verb) as Extract<Change, { edit: unknown }>;
    expect(change.edit.site).toBe(site);
    const parsed = interventionExperiment.parseSpec({ ...study, edits: [change.edit] }, spec);
    const { edits } = forwardTables(parsed, one, { model: spec });
    expect(edits).toHaveLength(verb === 'mean' ? 4 : 1);
    expect(edits[0]!.rows).toEqual(at.position == null ? [0, 1, 2, 3] : [at.position]);
    const { what, does, where } = textOf(change, ['a', 'b', 'c', 'd']);
    expect(`${what} ${does} ${where}`).toBe(words);
  });

  it('hides what is seen, and not all of it', () => {
    const why = (position: number, key: number) =>
      whyNoEdit(spec, place({ part: 'look', position, key }), 'hide', null);
    expect(why(2, 1)).toBeNull();
    expect(why(2, 2)).toBeNull();
    expect(why(1, 2)).toBe('That token comes later, and is not seen from there.');
    expect(why(0, 0)).toBe('The first token sees nothing else.');
  });

  it('has a strength to drag, or none', () => {
    expect(strengthOf(changeOf(spec, place({}), 'scale'))).toEqual({ value: 0.5, min: -1, max: 3 });
    expect(strengthOf(changeOf(spec, place({}), 'scale', { strength: 7 }))!.max).toBe(7);
    expect(strengthOf(changeOf(spec, place({}), 'zero'))).toBeNull();
  });

  it('has one edit of a place: the newest', () => {
    const [a, b] = [changeOf(spec, place({}), 'zero'), changeOf(spec, place({}), 'scale')];
    const other = changeOf(spec, place({ head: 1 }), 'zero');
    expect(added(added([a], other), b)).toEqual([other, b]);
  });

  it('suits any prompt if it names no position', () => {
    expect(suitsAnyPrompt(changeOf(spec, place({}), 'zero'))).toBe(true);
    expect(suitsAnyPrompt(changeOf(spec, place({ position: 1 }), 'zero'))).toBe(false);
    expect(suitsAnyPrompt(changeOf(spec, place({ part: 'look', key: 1 }), 'hide'))).toBe(false);
  });

  it('begins at what is selected', async () => {
    expect(placeOfNode('a5.h1@2')).toEqual({ part: 'head', layer: 5, head: 1, position: 2 });
    expect(placeOfNode('m3.n17')).toEqual({ part: 'neuron', layer: 3, neuron: 17, position: null });
    expect(placeOfNode('a0.h1->m1')).toEqual({ part: 'wire', wire: 'a0.h1->m1' });
    expect(placeOfNode('Group 1')).toBeNull();
    const { loci } = createFakeLoci();
    await showExample(loci, 0);
    const { document } = currentFinding(loci.session.getState())!;
    const cell = (figure: string, of: Record<string, string>) => placeOfCell(document, { figure, place: of });
    expect(cell('mlp', { position: '·France', layer: '2' })).toEqual({ part: 'mlp', layer: 2, position: 4 });
    expect(cell('attn', { position: '·is', layer: '5' })).toEqual({
      part: 'attention',
      layer: 5,
      position: 5,
    });
    expect(cell('x', { layer: '5', head: '0' })).toEqual({ part: 'head', layer: 5, head: 0, position: null });
    expect(cell('x', { position: '·is' })).toEqual({ part: 'token', position: 5 });
    expect(cell('x', { set: 'a' })).toBeNull();
    const look = { row: 5, layer: 2, look: { head: 1, source: 4 } };
    const locked = namedPlace(document, look);
    expect(placeOf(document, locked)).toEqual(look);
    expect(placeOfCell(document, locked)).toEqual({ part: 'look', layer: 2, head: 1, position: 5, key: 4 });
  });
});
