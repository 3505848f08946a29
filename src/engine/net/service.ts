/** One open net, its pictures and its questions. */
import { netExperimentOf } from '../../experiments/ofNets';
import { decodePicture } from '../../load/image/decode';
import { framed } from '../../load/image/preprocess';
import type { ModelFolder } from '../../load/folder';
import { type FolderOptions, folderOf } from '../../load/folderOf';
import { readNet } from '../../load/netFolder';
import type { ModelSource } from '../../load/source';
import { Sha256 } from '../../util/sha256';
import type { MeasuredStore } from '../running';
import type { NetService } from './serviceApi';
import { classCount } from './classes';
import { inputOf, labelIn, type OpenedNet, openNetFiles } from './opening';
import { runNetStudy } from './study';

export interface ServiceOptions extends FolderOptions {
  /** Keeps parts of long studies. */
  readonly store?: MeasuredStore | null;
}

export function createNetService({ store = null, ...where }: ServiceOptions): NetService {
  let opened: OpenedNet | null = null;
  const cancelled = new Set<string>();
  /** Questions that are being answered. */
  let asking = 0;
  /** Ends with the last change of where the net is computed. */
  let moved: Promise<unknown> = Promise.resolve();
  const here = (): OpenedNet => {
    if (opened) return opened;
    throw new Error('net: no net is open, got a request, expected `open` before it.');
  };
  return {
    async open(source, onProgress) {
      const folder = folderOf(source, where);
      const { path, ...files } = await readNet(folder, graphOf(source), onProgress);
      const named = namesOf(source, folder, path);
      const net = await openNetFiles({ ...files, ...named });
      await opened?.engine.close();
      opened = net;
      const { info, model, preprocessing, labels, notes } = net;
      const { title, sha256, bytes, spec, environment } = info;
      const classes = classCount(spec);
      return { title, sha256, bytes, model, spec, environment, preprocessing, classes, labels, notes };
    },
    async beside(id, name) {
      const folder = folderOf({ kind: 'builtin', id }, where);
      const file = await folder.readFile(name);
      if (file) return file;
      throw new Error(`${folder.where}: holds no ${name}, got nothing, expected a file of the net.`);
    },
    async picture(name, bytes, pixels) {
      const net = here();
      const picture = pixels ?? decodePicture(name, bytes);
      const data = inputOf(net, picture);
      const sha256 = new Sha256().update(bytes).digest();
      return { name, sha256, seen: framed(picture, net.preprocessing!), data };
    },
    async edited(input, edits, site) {
      const { engine, info } = here();
      const read = site ?? info.spec.sites.at(-1)!.name;
      const runs = [
        { id: 'as it is', image: 0 },
        { id: 'edited', image: 0, edits },
      ];
      return (await engine.run('edit', { images: [input], runs, reads: [read] })).tensors[read]!;
    },
    async ask(runId, question, pictures, onEvent) {
      asking++;
      try {
        await moved;
        const { engine, info, model, preprocessing, labels } = here();
        const experiment = netExperimentOf(question);
        if (!experiment) throw new Error(`net: there is no such question, got '${question.kind}'.`);
        const label = labelIn(labels);
        const spec = experiment.resolve(question, {
          model,
          preprocessing,
          images: pictures.map(({ name, sha256 }) => ({ name, sha256 })),
          net: info.spec,
          classes: classCount(info.spec),
          label,
        });
        const asked = { experiment, spec, images: pictures.map(({ data }) => data) };
        return await runNetStudy(runId, { engine, info, label }, asked, {
          onEvent,
          store,
          isCancelled: () => cancelled.has(runId),
        });
      } finally {
        asking--;
      }
    },
    async cancel(runId) {
      cancelled.add(runId);
      await here().engine.cancel(runId);
    },
    async computeOn(provider, input) {
      if (asking > 0)
        throw new Error(
          'net: a question is being answered, got a change of what computes, expected none until it is. Wait, or cancel it.',
        );
      const net = here();
      const move = net.engine.computeOn(provider, input);
      moved = move.catch(() => undefined);
      const { environment } = await move;
      if (opened === net) opened = { ...net, info: { ...net.info, environment } };
      return move;
    },
    verify: (input) => here().engine.verify(input),
  };
}

/** The graph's file, where the source names it. */
function graphOf(source: ModelSource): string | undefined {
  if (source.kind === 'hub') return source.file;
  return source.kind === 'files'
    ? [...source.files.keys()].find((name) => name.endsWith('.onnx'))
    : undefined;
}

function namesOf(source: ModelSource, { revision }: ModelFolder, path: string) {
  if (source.kind === 'files') return { name: source.title, from: null };
  const { id } = source;
  const isUsual = path === 'model.onnx' || path === 'onnx/model.onnx';
  const from = { id: isUsual ? id : `${id}/${path}`, revision: revision?.() ?? 'builtin' };
  return { name: id.split('/').at(-1)!, from };
}
