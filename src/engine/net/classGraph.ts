/** Asks an open net for the causal graph of a class: searches it, and writes the document. */
import { version } from '../../../package.json';
import { classGraphDocument } from '../../experiments/class-graph/document';
import { type ClassQuestion, logitSite, searchClass } from '../../experiments/class-graph/search';
import type { ClassGraphSpec } from '../../experiments/class-graph/spec';
import type { ResultDocument } from '../../results/document';
import { largestIds } from '../../util/largest';
import type { NetEngine, NetInfo, NetProgress } from './api';
import { classCount } from './classes';

export interface ClassImage {
  readonly name: string;
  /** Of the file. */
  readonly sha256: string;
  readonly data: Float32Array;
}

export interface ClassRequest extends ClassQuestion {
  /** Of the class. Those that the net gets wrong are skipped. */
  readonly images: readonly ClassImage[];
  /** The class's name. */
  readonly name: string;
  readonly preprocessing: ClassGraphSpec['preprocessing'];
}

/** Rejects with CANCELLED, or one sentence if there is nothing to ask. */
export async function runClassGraph(
  engine: NetEngine,
  info: NetInfo,
  request: ClassRequest,
  onProgress?: (event: NetProgress) => void,
): Promise<ResultDocument> {
  const { spec, environment, sha256, title } = info;
  const { label, images, name, rule, u, preprocessing } = request;
  const started = performance.now();
  const classes = classCount(spec);
  if (classes === null || !(Number.isInteger(label) && label >= 0 && label < classes))
    throw new Error(
      `class-graph: there is no such class, got ${label}, expected 0 to ${(classes ?? 0) - 1}.`,
    );
  const site = logitSite(spec);
  const scores = (
    await engine.capture(
      images.map(({ data }) => data),
      [site],
    )
  )[site]!.data;
  const rowOf = (data: Float32Array, i: number) => data.subarray(i * classes, (i + 1) * classes);
  const said = images.map((_, i) => largestIds(rowOf(scores, i), 1)[0]!);
  const right = images.filter((_, i) => said[i] === label);
  if (right.length < 2)
    throw new Error(
      `class-graph: too few images that the net gets right, got ${right.length} of ${images.length}, expected at least 2 of ${name}.`,
    );
  let [batches, rows] = [0, 0];
  const graph = await searchClass(spec, { label, rule, u }, right.length, async (runs, layer) => {
    const show = (event: NetProgress) => onProgress?.({ ...event, doing: `${layer}, ${event.doing}` });
    const own = right.map(({ data }) => data);
    const results = await engine.run('class-graph', { images: own, runs, reads: [site] }, show);
    batches += results.batches;
    rows += runs.length;
    return runs.map((_, i) => rowOf(results.tensors[site]!.data, i));
  });
  const { runtime, provider, optimization } = environment;
  return classGraphDocument(graph, {
    spec: {
      kind: 'class-graph',
      model: { id: title, revision: 'local' },
      class: label,
      name,
      rule,
      u,
      preprocessing,
      images: images.map((one) => ({ name: one.name, sha256: one.sha256 })),
    },
    model: { id: title, revision: 'local', sha256, title, family: 'onnx' },
    asked: images.length,
    measured: right.length,
    skipped: images.flatMap((image, i) =>
      said[i] === label ? [] : [{ case: i, label: image.name, reason: `the net says class ${said[i]}` }],
    ),
    counters: { dispatches: rows, submits: batches, readbacks: batches, flops: 0, naiveFlops: 0 },
    environment: {
      adapter: `${runtime}, ${provider}, one thread`,
      engine: 'onnxruntime',
      execution: 'restarted behind cuts',
      kernels: `optimization ${optimization}`,
      loci: version,
      time: new Date().toISOString(),
      seconds: (performance.now() - started) / 1000,
    },
  });
}
