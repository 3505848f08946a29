/** --model of nets: an .onnx file, a folder that holds one, or a built-in net. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { NetInfo } from '../engine/net/api';
import { OnnxNetEngine } from '../engine/net/engine';
import { decodePicture } from '../load/image/decode';
import { netImage, usualPreprocessing } from '../load/image/preprocess';
import type { Preprocessing } from '../model/picture';
import { parseLabels, parsePreprocessing } from '../load/image/preprocessorConfig';
import { Sha256 } from '../util/sha256';
import { quoted } from '../util/parse';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { isFile, isFolder, readText } from './files';
import type { PictureFile } from './pictures';

export interface OpenedNet {
  readonly engine: OnnxNetEngine;
  readonly info: NetInfo;
  /** Null: the net takes no picture. */
  readonly preprocessing: Preprocessing | null;
  readonly label: (id: number) => string;
}

/** Rejects with InputError if there is no such net, or it cannot be opened. */
export async function openNet(context: Context, name: string): Promise<OpenedNet> {
  const path = await pathOf(context, name);
  const beside = async (file: string) => {
    // The hub keeps graphs in a folder of their own, and what belongs to them above it.
    const folders =
      basename(dirname(path)) === 'onnx' ? [dirname(path), dirname(dirname(path))] : [dirname(path)];
    for (const folder of folders) if (await isFile(join(folder, file))) return readText(folder, file);
    return null;
  };
  const [preprocessor, config] = [await beside('preprocessor_config.json'), await beside('config.json')];
  const how =
    preprocessor === null
      ? null
      : await fromInput(() => parsePreprocessing(preprocessor, 'preprocessor_config.json'));
  const labels = (config && (await fromInput(() => parseLabels(config, 'config.json')))) || null;
  const engine = new OnnxNetEngine();
  const bytes = new Uint8Array(await readFile(path));
  const edge = how?.crop?.height ?? (how?.resize && 'height' in how.resize ? how.resize.height : undefined);
  const info = await fromInput(
    engine.open({ name: path.split(sep).slice(-3).join('/'), bytes, ...(edge !== undefined && { edge }) }),
  );
  const { input, notes } = info.spec;
  const preprocessing = input.layout === null ? null : (how ?? usualPreprocessing(input));
  for (const note of notes) context.note(`note: ${note}`);
  if (preprocessing && !how)
    context.note(
      'note: There is no preprocessor_config.json beside the net, so images are prepared as for ImageNet.',
    );
  return { engine, info, preprocessing, label: (id) => labels?.[id] ?? `class ${id}` };
}

async function pathOf({ root, cwd }: Context, name: string): Promise<string> {
  const builtin = join(root, 'public', 'models', name, 'model.onnx');
  if (/^[\w-]+$/.test(name) && (await isFile(builtin))) return builtin;
  const path = resolve(cwd, name);
  const places = (await isFolder(path))
    ? [join(path, 'model.onnx'), join(path, 'onnx', 'model.onnx')]
    : [path];
  for (const place of places) if (place.endsWith('.onnx') && (await isFile(place))) return place;
  throw new InputError(
    `--model: there is no such net, got ${quoted(name)}, expected an .onnx file, or a folder with model.onnx or onnx/model.onnx.`,
  );
}

export interface NetImage {
  readonly name: string;
  /** Of the file. */
  readonly sha256: string;
  readonly data: Float32Array;
}

/** A picture's file as the net takes it. */
export async function imageOf({ info, preprocessing }: OpenedNet, file: PictureFile): Promise<NetImage> {
  const { name } = file;
  const bytes = await file.bytes();
  if (!preprocessing)
    throw new InputError(
      `--model: takes no picture, got an input of [${info.spec.input.shape}], expected a net of images.`,
    );
  const data = await fromInput(() => netImage(decodePicture(name, bytes), preprocessing, info.spec.input));
  return { name, sha256: new Sha256().update(bytes).digest(), data };
}
