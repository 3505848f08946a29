/** What the notes of the worked examples say is what their documents hold. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { createNodeEngine } from '../../engine/node';
import { diskFolder } from '../../load/disk';
import { sourceOfModel } from '../../load/source';
import { inThisThread } from '../../load/tokenizer/inThisThread';
import type { ResultDocument } from '../../results/document';
import { plain } from '../../results/format';
import { cellAt, readTrace } from '../../results/traceMap';
import { readLink } from '../../share/link';
import { exampleLink, examples } from '.';
import questions from '../../../public/models/atlas/examples.json';
import images from './images.json';
import studies from './studies.json';

const documents = new Map<string, ResultDocument>();
const notes = new Map(examples.map(({ title, note }) => [title, note]));
const of = (title: string) => ({ document: documents.get(title)!, note: notes.get(title)! });

beforeAll(async () => {
  for (const [i, { title }] of examples.entries())
    documents.set(title, (await readLink(await exampleLink(i))).document);
});

it('are those of the questions, in their order', () => {
  const asked = [...questions, ...studies, ...images].map(({ title, note }) => ({ title, note }));
  expect(examples).toEqual(asked);
  expect(new Set(examples.map(({ title }) => title)).size).toBe(examples.length);
});

/** Restored shares of the loss, and whether each is shown, by row and layer. */
function hidden(document: ResultDocument) {
  const read = readTrace(document, 'hidden')!;
  const { subject } = read.asked;
  const layers = read.figure.axes[1]!.labels.map((_, layer) => layer);
  const row = (at: number) =>
    layers.map((layer) => {
      const { difference, uncertain } = cellAt(read, at, layer);
      return { share: difference / read.lost, uncertain };
    });
  const last = document.tokens.length - 1;
  return { subject, last, row, whole: row(document.tokens.length) };
}

it('A capital: from the name in the first blocks to the last token in the later ones', () => {
  const { subject, last, row } = hidden(of('A capital').document);
  const half = (at: number) => row(at).map(({ share }) => share > 0.5);
  const name = half(subject.begin);
  expect(name[0]).toBe(true);
  expect(name.at(-1)).toBe(false);
  expect(half(last)[0]).toBe(false);
  expect(half(last).at(-1)).toBe(true);
});

it('A name in pieces: only the whole subject is shown to be enough', () => {
  const { subject, row, whole } = hidden(of('A name in pieces').document);
  expect(subject.end - subject.begin).toBeGreaterThan(1);
  for (let at = subject.begin; at < subject.end; at++)
    for (const { share, uncertain } of row(at)) expect(uncertain || share < 0.5).toBe(true);
  expect(whole.some(({ share, uncertain }) => !uncertain && share > 0.5)).toBe(true);
});

it('Two hops: known, barely, and of the name only all pieces together bring much back', () => {
  const { document } = of('Two hops, never in the corpus');
  expect(document.known).toBe(true);
  expect(document.answer!.p).toBeLessThan(0.6);
  const { subject, row, whole } = hidden(document);
  for (let at = subject.begin; at < subject.end; at++)
    for (const { share } of row(at)) expect(share).toBeLessThan(0.25);
  expect(Math.max(...whole.map(({ share }) => share))).toBeGreaterThan(0.5);
});

it('Reversed: unknown in the direction that was never taught, known in both where both were', async () => {
  const { document, note } = of('Reversed, never taught');
  expect(document.known).toBe(false);
  const engine = await createNodeEngine('reference', {
    startThread: inThisThread,
    folder: () => diskFolder('public/models/atlas'),
  });
  await engine.open({ kind: 'builtin', id: 'atlas' });
  const said = async (prompt: string) => {
    const tokens = await engine.tokenize(prompt, true);
    const [first] = await engine.predict(
      tokens.map(({ id }) => id),
      1,
    );
    return first!;
  };
  const [, reversed] = note.match(/“(.+)”/)!;
  expect(await said(reversed!)).toMatchObject({ text: ' Mongolia' });
  expect((await said('The capital of Mongolia is')).text).toMatch(/^ U/);
  await engine.close();
});

it('Through what path?: the ends of the strongest edges', () => {
  const { document, note } = of('Through what path?');
  const strong = document.graph!.edges.filter(({ score }) => score! >= 0.07);
  const ends = strong.flatMap(({ from, to }) => [from, to.replace(/<.>$/, '')]);
  const named = note.match(/\b[am]\d(\.h\d)?\b|input|logits/g);
  expect(new Set(named)).toEqual(new Set(ends));
  expect(strong.every(({ kept, to }) => kept && !/<[qk]>$/.test(to))).toBe(true);
});

it('Pushed towards Norway: the numbers of twice the direction after block 1', () => {
  const { document, note } = of('Pushed towards Norway');
  const [metric, change] = ['metric', 'effect'].map(
    (name) => document.figures.find((figure) => figure.name === name)!,
  );
  const [layers, , doses] = metric!.axes;
  expect([layers!.labels[0], doses!.labels.at(-1)]).toEqual(['1', '2']);
  const per = doses!.labels.length;
  const at = (dose: string) => doses!.labels.indexOf(dose);
  const numbers = [metric!.values[at('0')]!, -metric!.values[at('2')]!, -change!.values[per + at('2')]!];
  expect(note.match(/\d+\.\d/g)).toEqual(
    numbers.map((value) => plain(Number(value.toPrecision(value > 9 ? 3 : 2)))),
  );
});

it('A pattern repeats: the edges of the planted truth, and no other', () => {
  const { document, note } = of('A pattern repeats');
  const truth = JSON.parse(readFileSync('public/models/planted/truth.json', 'utf8'));
  const kept = document.graph!.edges.filter((edge) => edge.kept).map(({ from, to }) => `${from}->${to}`);
  expect(kept.sort()).toEqual(truth.tasks.induction.edges.corrupted.sort());
  expect(kept).toContain('a0.h0->a2.h0<k>');
  for (const edge of document.graph!.edges) if (!edge.kept) expect(edge.score ?? 0).toBeCloseTo(0, 6);
  expect(note).toContain('a0.h0');
});

it('In a real model: “iffel” in the first blocks, and the last token from block 23 on', () => {
  const { document, note } = of('In a real model');
  const { last, row } = hidden(document);
  const name = row(document.tokens.findIndex(({ token }) => token === 'iffel')).map(({ share }) => share);
  const end = row(last).map(({ share }) => share);
  expect(end).toHaveLength(30);
  expect(name.slice(1, 9).every((share) => share > 0.6)).toBe(true);
  expect(name[22]).toBeLessThan(0.4);
  expect(Math.max(...name.slice(23))).toBeLessThan(0.05);
  expect([end[22]!, end[23]!].map((share) => `${Math.round(100 * share)} %`)).toEqual(note.match(/\d+ %/g));
  expect(document.model).toMatchObject({ title: 'SmolLM2-135M-Instruct.Q4_1' });
  expect(sourceOfModel(document.model)).toMatchObject({ kind: 'hub' });
});

it('What a slope misses: the two owls along the path, and at the prompt', () => {
  const { document, note } = of('What a slope misses');
  const [tokens, completeness] = ['tokens', 'completeness'].map(
    (name) => document.figures.find((figure) => figure.name === name)!,
  );
  const { labels } = tokens!.axes[0]!;
  const owls = [...labels.keys()].filter((row) => labels[row]!.includes('owl'));
  expect(owls).toHaveLength(2);
  const [, share, whole] = note.match(/“owl” ([\d.]+) of (\d+) logits/)!;
  expect(plain(completeness!.values[2]!)).toBe(whole);
  for (const row of owls) {
    expect(plain(tokens!.values[2 * row]!)).toBe(share);
    expect(Math.abs(tokens!.values[2 * row + 1]!)).toBeLessThan(1e-6);
  }
});

const figureOf = (document: ResultDocument, name: string) =>
  document.figures.find((figure) => figure.name === name)!;

it('What a class is made of: the two maps that training made, and decoys without any effect', () => {
  const { document, note } = of('What a class is made of');
  const { values, hatched, axes } = figureOf(document, 'hidden');
  const kept = hatched!.flatMap((isHatched, channel) => (isHatched ? [] : [channel]));
  const truth = JSON.parse(readFileSync('public/models/shapes/truth.json', 'utf8'));
  expect(kept).toEqual(truth.causes['red circle']);
  expect(note).toContain(`Of ${axes[0]!.labels.length} feature maps exactly two`);
  expect([...note.matchAll(/map (\d)/g)].map(([, channel]) => Number(channel))).toEqual(kept);
  expect(values.slice(8)).toEqual(Array(8).fill(0));
  expect(document.graph!.nodes.some(({ kind }) => kind === 'channel')).toBe(true);
});

it('Removed fairly?: blur leaves the class, grey and the mean colour do not', () => {
  const { axes, values } = figureOf(of('Removed fairly?').document, 'areas');
  const most = (way: string) => values[2 * axes[0]!.labels.indexOf(way)]!;
  expect(most('blur')).toBeGreaterThan(0.9);
  for (const way of ['grey', 'mean colour']) expect(most(way)).toBeLessThan(0.12);
  expect(most('layer masking')).toBeGreaterThan(most('grey'));
});

it('Units that paint: without ten units a colour all but vanishes', () => {
  const { axes, values } = figureOf(of('Units that paint').document, 'ablation');
  const steps = axes[1]!.labels.length;
  for (const [c] of axes[0]!.labels.entries()) {
    const [whole, without] = [values[c * steps]!, values[(c + 1) * steps - 1]!];
    expect(whole).toBeGreaterThan(0.03);
    expect(without).toBeLessThan(0.05 * whole);
  }
});
