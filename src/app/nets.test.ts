/** The page with a net: its files, pictures, paint, questions and links. Everything but React is real. */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createNetService } from '../engine/net/service';
import { readLink, writeLink } from '../share/link';
import { openNet, takeFiles } from './actions/net';
import { brushOf, changeBrush, setBrush, showPicture } from './actions/netAnswer';
import { computeOn } from './actions/netProvider';
import { classAsked, picturesAsked, questionsFor, rerunNet, runNet } from './actions/netQuestion';
import { createLoci, type Loci } from './loci';
import { painted } from './nets/brush';
import { currentFinding } from './stores/session';
import { createFakeEngine, settle } from './testing';

const at = (path: string) => new URL(`../../${path}`, import.meta.url).pathname;
const file = (path: string, name = path.split('/').at(-1)!) => new File([readFileSync(at(path))], name);
const shapes = () => [
  file('public/models/shapes/model.onnx'),
  file('public/models/shapes/preprocessor_config.json'),
  file('public/models/shapes/config.json'),
];
const scenes = () => file('public/models/shapes/scenes.zip');

let loci: Loci;
beforeEach(() => {
  loci = createLoci({ engine: createFakeEngine(), nets: createNetService({}) }, () => true, 0);
});

const net = () => loci.net.getState();

/** Until the answer to the last change is there. */
async function answered(): Promise<NonNullable<ReturnType<typeof net>['answer']>> {
  for (let i = 0; i < 1000 && net().answer === null; i++) await settle();
  return net().answer!;
}

describe('a net and its pictures', () => {
  it('open together, and the first picture is answered', async () => {
    await takeFiles(loci, [...shapes(), scenes()]);
    expect(net()).toMatchObject({ error: null, opening: null, shown: 0 });
    expect(net().open).toMatchObject({ title: 'model', classes: 16, model: { revision: 'local' } });
    expect(net().pictures).toHaveLength(320);
    const { classes, edited } = await answered();
    const name = net().open!.labels![classes[0]!.id]!;
    expect(net().pictures[0]!.name).toBe(`${name}/00.png`);
    expect(classes[0]!.p).toBeGreaterThan(0.99);
    expect(edited).toBeNull();
  });

  it('another picture has its own answer, and its class is asked about', async () => {
    await takeFiles(loci, [...shapes(), scenes()]);
    const index = net().pictures.findIndex(({ name }) => name.startsWith('red cross/'));
    await showPicture(loci, index);
    expect(net().open!.labels![classAsked(net())!]).toBe('red cross');
    expect(picturesAsked(net()).map(({ name }) => name.split('/')[0])).toEqual(Array(20).fill('red cross'));
  });

  it('stay on the processor where there is no WebGPU, in one sentence, and while a question is answered', async () => {
    await takeFiles(loci, [...shapes(), scenes()]);
    const before = (await answered()).classes;
    await expect(computeOn(loci, 'webgpu')).rejects.toThrow(/^onnx: onnxruntime-web could not [^\n]+$/);
    expect(net().open!.environment.provider).toBe('wasm');
    await showPicture(loci, 0);
    expect((await answered()).classes).toEqual(before);
    loci.net.setState({ kind: 'image-occlusion' });
    const running = runNet(loci);
    await expect(computeOn(loci, 'wasm')).rejects.toThrow(/^net: a question is being answered/);
    await running;
    expect(currentFinding(loci.session.getState())!.document.environment.adapter).toMatch(
      /, wasm, one thread$/,
    );
    expect(await computeOn(loci, 'wasm')).toMatchObject({ bar: 2e-5 });
  });

  it('paint changes the answer, and its removal brings it back', async () => {
    await takeFiles(loci, [...shapes(), scenes()]);
    const before = (await answered()).classes;
    const brush = brushOf(net())!;
    // All cells: only the mean colour is left.
    const all = brush.cells.reduce((one, _, cell) => painted(one, cell, true), brush);
    loci.net.setState({ answer: null });
    changeBrush(loci, all);
    const { classes, edited } = await answered();
    expect(classes).toEqual(before);
    expect(edited!.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(edited![0]!.p).toBeLessThan(0.9);
    loci.net.setState({ answer: null });
    changeBrush(loci, null);
    expect((await answered()).edited).toBeNull();
  });

  it('a unit that is painted over everywhere is gone', async () => {
    await takeFiles(loci, [...shapes(), scenes()]);
    const { classes } = await answered();
    const name = net().open!.labels![classes[0]!.id]!;
    const truth = JSON.parse(readFileSync(at('public/models/shapes/truth.json'), 'utf8')) as {
      causes: Record<string, number[]>;
    };
    setBrush(loci, { site: 'relu_maps', channels: truth.causes[name]!, value: 0 });
    const brush = net().brush!;
    loci.net.setState({ answer: null });
    changeBrush(loci, { ...brush, cells: brush.cells.map(() => true) });
    const { edited } = await answered();
    expect(edited![0]!.p).toBeLessThan(0.1);
  });

  it.each([
    [() => [file('README.md', 'model.onnx')], /^model\.onnx: |onnx/],
    [() => [file('public/models/shapes/scenes.zip')], /no net is open, got pictures alone/],
  ])('files that are neither leave the page as it was', async (files, message) => {
    await takeFiles(loci, files());
    expect(net().open).toBeNull();
    expect(net().error).toMatch(message);
  });

  it('a picture that is none is named, and the others are taken', async () => {
    await takeFiles(loci, shapes());
    const good = file('reference/images/goldens/real/cat.png', 'cat.png');
    await takeFiles(loci, [new File(['no picture'], 'bad.png'), good]);
    expect(net().pictures.map(({ name }) => name)).toEqual(['cat.png']);
    expect(net().error).toMatch(/^'?bad\.png'?: is no picture that can be read/);
  });

  it('a generator makes a picture, and another with another seed', async () => {
    await takeFiles(loci, [file('public/models/scenes/model.onnx')]);
    const { made, classes } = await answered();
    expect(classes).toEqual([]);
    expect(made).toMatchObject({ whole: { width: 48, height: 48 }, edited: null });
  });
});

describe('a question about a net', () => {
  const asked = async () => {
    await takeFiles(loci, [...shapes(), scenes()]);
    await answered();
    loci.net.setState(({ pictures }) => ({ pictures: pictures.slice(0, 20) }));
    await runNet(loci);
    return currentFinding(loci.session.getState())!;
  };

  it('is one that fits it', async () => {
    await takeFiles(loci, shapes());
    const kinds = questionsFor(net().open!, net().catalogue).map(({ kind }) => kind);
    expect(kinds).toContain('class-graph');
    await openNet(loci, {
      kind: 'files',
      title: 'scenes',
      files: new Map([['model.onnx', file('public/models/scenes/model.onnx')]]),
    });
    expect(questionsFor(net().open!, net().catalogue).map(({ kind }) => kind)).not.toContain('class-graph');
  });

  it('gives a finding, whose link holds it', async () => {
    const { document, partial } = await asked();
    expect(partial).toBe(false);
    expect(loci.status.getState()).toMatchObject({ phase: 'done', runError: null, run: null });
    expect(document).toMatchObject({ kind: 'class-graph', cases: { asked: 20 } });
    const { document: read } = await readLink(writeLink(document));
    expect(read.finding).toBe(document.finding);
    expect(read.spec).toEqual(document.spec);
    expect(read.figures.map(({ name }) => name)).toEqual(document.figures.map(({ name }) => name));
  });

  it('is asked again with the same pictures, or says which is missing', async () => {
    const { id } = await asked();
    await rerunNet(loci);
    const again = loci.session.getState().findings.find((one) => one.id === id)!;
    expect(again.deviation).toMatchObject({ isWithin: true });
    loci.net.setState(({ pictures }) => ({ pictures: pictures.slice(1) }));
    await rerunNet(loci);
    expect(loci.status.getState().rerunError).toMatch(/^Give the finding’s pictures .* is missing \(SHA-256/);
  });
});
