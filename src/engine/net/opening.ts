/** Opens a net with the files beside it: how pictures are prepared, and what its classes are called. */
import { netImage, usualPreprocessing } from '../../load/image/preprocess';
import { parseLabels, parsePreprocessing } from '../../load/image/preprocessorConfig';
import type { NetQuestion } from '../../experiments/net/experiment';
import type { Pixels, Preprocessing } from '../../model/picture';
import type { NetInfo, NetSource } from './api';
import { OnnxNetEngine } from './engine';

export interface NetFiles extends Omit<NetSource, 'edge'> {
  /** Where it comes from, for documents; null: a file, which is named after itself. */
  readonly from: NetQuestion['model'] | null;
  /** Text of preprocessor_config.json; null: there is none. */
  readonly preprocessor: string | null;
  /** Text of config.json; null: there is none. */
  readonly config: string | null;
}

export interface OpenedNet {
  readonly engine: OnnxNetEngine;
  readonly info: NetInfo;
  /** Null: the net takes no picture. */
  readonly preprocessing: Preprocessing | null;
  /** Names of classes; null: it has none. */
  readonly labels: readonly string[] | null;
  readonly notes: readonly string[];
  readonly model: NetQuestion['model'];
}

/** Rejects with one sentence if one of the files cannot be read. */
export async function openNetFiles(files: NetFiles): Promise<OpenedNet> {
  const { name, bytes, preprocessor, config, from } = files;
  const how = preprocessor === null ? null : parsePreprocessing(preprocessor, 'preprocessor_config.json');
  const labels = config === null ? null : parseLabels(config, 'config.json');
  const engine = new OnnxNetEngine();
  const edge = how?.crop?.height ?? (how?.resize && 'height' in how.resize ? how.resize.height : undefined);
  const info = await engine.open({ name, bytes, ...(edge !== undefined && { edge }) });
  const { input, notes } = info.spec;
  const preprocessing = input.layout === null ? null : (how ?? usualPreprocessing(input));
  const usual =
    'There is no preprocessor_config.json beside the net, so images are prepared as for ImageNet.';
  return {
    engine,
    info,
    preprocessing,
    labels,
    model: from ?? { id: info.title, revision: 'local' },
    notes: [...notes, ...(preprocessing && !how ? [usual] : [])],
  };
}

/** A class's name, or its number. */
export const labelIn =
  (labels: readonly string[] | null) =>
  (id: number): string =>
    labels?.[id] ?? `class ${id}`;

/** A picture as the net takes it. Throws one sentence if it takes none, or one of another size. */
export function inputOf(
  { info, preprocessing }: Pick<OpenedNet, 'info' | 'preprocessing'>,
  picture: Pixels,
): Float32Array {
  const { input } = info.spec;
  if (preprocessing) return netImage(picture, preprocessing, input);
  throw new Error(
    `image: this net takes no picture, got an input of [${input.shape}], expected one of images.`,
  );
}
