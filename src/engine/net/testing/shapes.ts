/** The built-in classifier of scenes, open, with its pictures and PyTorch's maps of them. */
import { readFile } from 'node:fs/promises';
import { parseLabels } from '../../../load/image/preprocessorConfig';
import { openSafetensors } from '../../../load/safetensors';
import type { ResultDocument } from '../../../results/document';
import { netExperimentOf } from '../../../experiments/ofNets';
import { classCount } from '../classes';
import { OnnxNetEngine } from '../engine';
import { runNetStudy, type StudyOptions } from '../study';
import { SHAPES, shapesSet } from './shapesSet';

const GOLDENS = 'reference/images/goldens';

export const shapesBytes = async () => new Uint8Array(await readFile(`${SHAPES}/model.onnx`));

export async function openShapes() {
  const engine = new OnnxNetEngine();
  const info = await engine.open({ name: 'shapes.onnx', bytes: await shapesBytes() });
  const { preprocessing: how, of } = await shapesSet(info.spec);
  /** Of one class, in the order of their names, as the net takes them. */
  const imagesOf = (label: string): Float32Array[] => of(label).map(({ data }) => data);
  const labels = parseLabels(await readFile(`${SHAPES}/config.json`, 'utf8'), 'config.json')!;
  const label = (id: number) => labels[id]!;
  const opened = { engine, info, label };
  /** A question as typed. */
  const resolved = (question: Readonly<Record<string, unknown>>, images: readonly Float32Array[]) => {
    const experiment = netExperimentOf(question)!;
    const spec = experiment.resolve(question, {
      model: { id: 'shapes', revision: 'local' },
      preprocessing: how,
      images: images.map((_, i) => ({ name: `${i}.png`, sha256: `${i}` })),
      net: info.spec,
      classes: classCount(info.spec),
      label,
    });
    return { experiment, spec, images };
  };
  const ask = (
    question: Readonly<Record<string, unknown>>,
    images: readonly Float32Array[],
    options?: StudyOptions,
  ): Promise<ResultDocument> =>
    // A question that does not fit is refused as an asked one is.
    new Promise((resolve) => resolve(runNetStudy('r', opened, resolved(question, images), options)));
  return { ...opened, opened, how, imagesOf, resolved, ask };
}

/** What `make.py explain` found for 20 pictures of "red circle". */
export interface MapGoldens {
  readonly label: number;
  readonly irof: Readonly<
    Record<string, Readonly<Record<string, { mean: number; low: number; high: number }>>>
  >;
  readonly images: readonly {
    readonly segments: number;
    readonly orders: Readonly<Record<string, readonly number[]>>;
    readonly irof: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly lipschitz: Readonly<Record<string, number>>;
    readonly curves: Readonly<Record<string, { readonly most: number[]; readonly least: number[] }>>;
    readonly lime?: { readonly intercept: number; readonly weights: readonly number[] };
    readonly rise?: readonly number[];
  }[];
}

export const readMapGoldens = async () =>
  JSON.parse(await readFile(`${GOLDENS}/shapes-maps.json`, 'utf8')) as MapGoldens;

/** Maps [48, 48] by name, e.g. '0/rise', and the segments of all pictures, [20, 48, 48]. */
export async function openMapGoldens() {
  const bytes = new Uint8Array(await readFile(`${GOLDENS}/shapes-maps.safetensors`));
  const file = await openSafetensors(new Blob([bytes]), 'shapes-maps');
  return {
    map: async (name: string) => Float32Array.from((await file.tensor(name)).data),
    segments: bytes.subarray(...file.tensors.get('segments')!.bytes),
  };
}
