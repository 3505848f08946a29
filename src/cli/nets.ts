/** --model of nets: an .onnx file, a folder that holds one, or a built-in net. */
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { inputOf, labelIn, type OpenedNet, openNetFiles } from '../engine/net/opening';
import { diskFolder } from '../load/disk';
import { readNet } from '../load/netFolder';
import { decodePicture } from '../load/image/decode';
import { Sha256 } from '../util/sha256';
import { quoted } from '../util/parse';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { isFile, isFolder } from './files';
import type { PictureFile } from './pictures';

export interface NamedNet extends OpenedNet {
  readonly label: (id: number) => string;
}

/** Rejects with InputError if there is no such net, or it cannot be opened. */
export async function openNet(context: Context, name: string): Promise<NamedNet> {
  const { folder, path, from } = await placeOf(context, name);
  const net = await fromInput(async () => {
    const { path: graph, ...files } = await readNet(diskFolder(folder), path);
    return openNetFiles({
      ...files,
      name: [...folder.split(sep), ...graph.split('/')].slice(-3).join('/'),
      from,
    });
  });
  for (const note of net.notes) context.note(`note: ${note}`);
  return { ...net, label: labelIn(net.labels) };
}

/** The folder, and the graph's path in it if it is named. */
async function placeOf({ root, cwd }: Context, name: string) {
  const builtin = join(root, 'public', 'models', name);
  if (/^[\w-]+$/.test(name) && (await isFile(join(builtin, 'model.onnx'))))
    return { folder: builtin, path: undefined, from: { id: name, revision: 'builtin' } };
  const path = resolve(cwd, name);
  if (await isFolder(path)) return { folder: path, path: undefined, from: null };
  if (!path.endsWith('.onnx') || !(await isFile(path)))
    throw new InputError(
      `--model: there is no such net, got ${quoted(name)}, expected an .onnx file, or a folder with model.onnx or onnx/model.onnx.`,
    );
  const own = dirname(path);
  const above = basename(own) === 'onnx' ? dirname(own) : own;
  return { folder: above, path: relative(above, path).split(sep).join('/'), from: null };
}

export interface NetImage {
  readonly name: string;
  /** Of the file. */
  readonly sha256: string;
  readonly data: Float32Array;
}

/** A picture's file as the net takes it. */
export async function imageOf(net: OpenedNet, file: PictureFile): Promise<NetImage> {
  const { name } = file;
  const bytes = await file.bytes();
  const data = await fromInput(() => inputOf(net, decodePicture(name, bytes)));
  return { name, sha256: new Sha256().update(bytes).digest(), data };
}
