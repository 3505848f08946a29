/** Asks an open net any question of `experiments/ofNets.ts`, and writes the document. */
import { version } from '../../../package.json';
import type { AnyNetExperiment, NetFindings, NetLab, NetQuestion } from '../../experiments/net/experiment';
import type { ResultDocument } from '../../results/document';
import { MOST } from '../../util/bounds';
import { sha256OfText } from '../../util/sha256';
import type { EngineEvent } from '../api';
import { CANCELLED } from '../cancelled';
import type { MeasuredStore } from '../running';
import { RunMeter } from '../runMeter';
import { type Kept, NOTHING_SPENT } from '../spent';
import type { NetEngine, NetInfo } from './api';
import { classCount } from './classes';
import { documentPicture } from './documentPicture';

/** What a net is asked. */
export interface NetAsked {
  readonly experiment: AnyNetExperiment;
  readonly spec: NetQuestion;
  /** The pictures of the question, as the net takes them, in its order. */
  readonly images: readonly Float32Array[];
}

export interface OpenedNet {
  readonly engine: NetEngine;
  readonly info: NetInfo;
  readonly label: (id: number) => string;
}

export interface StudyOptions {
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
  /** Keeps parts of a long study, so that it can resume. */
  readonly store?: MeasuredStore | null;
  /** Read before each request to the engine: a cancel may come between two. */
  readonly isCancelled?: () => boolean;
}

/** Rejects with CANCELLED, or one sentence if there is nothing to ask. */
export async function runNetStudy(
  runId: string,
  { engine, info, label }: OpenedNet,
  { experiment, spec, images }: NetAsked,
  { onEvent, store = null, isCancelled = () => false }: StudyOptions = {},
): Promise<ResultDocument> {
  const { sha256, environment } = info;
  const key = sha256OfText(JSON.stringify({ spec, sha256, environment, version }));
  const before: Kept = (await store?.load(key)) ?? { cases: new Map(), spent: NOTHING_SPENT };
  const kept = new Map(before.cases);
  const started = performance.now();
  const meter = new RunMeter(0, onEvent);
  let [batches, rows, savedAt] = [0, 0, started];
  const secondsSince = (time: number): number => (performance.now() - time) / 1000;
  const documentOf = (found: NetFindings): ResultDocument =>
    studyDocument({ info, spec, asked: images.length || Math.max(1, found.measured) }, found, {
      rows,
      batches,
      seconds: before.spent.seconds + secondsSince(started),
    });
  const lab: NetLab = {
    net: info.spec,
    classes: classCount(info.spec),
    label,
    images,
    async ask({ images: own = images, runs, masks, reads, doing, share: [from, to] = [0, 1] }) {
      if (isCancelled()) throw new Error(CANCELLED);
      meter.part(from, to - from);
      const results = await engine.run(
        runId,
        { images: own, runs, ...(masks && { masks }), ...(reads && { reads }) },
        ({ fraction, doing: step }) => meter.report(fraction, `${doing}, ${step}`),
      );
      batches += results.batches;
      rows += runs.length;
      return results.tensors;
    },
    show: (found) => onEvent?.({ type: 'partial', document: documentOf(found) }),
    kept: (part) => kept.get(part),
    async keep(part, value) {
      kept.set(part, value);
      const spent = { ...NOTHING_SPENT, seconds: secondsSince(savedAt) };
      savedAt = performance.now();
      await store?.save(key, { cases: new Map([[part, value]]), spent });
    },
  };
  const found = await experiment.measure(spec, lab);
  await store?.remove(key);
  return documentOf(found);
}

interface About {
  readonly info: NetInfo;
  readonly spec: NetQuestion;
  readonly asked: number;
}

interface Cost {
  readonly rows: number;
  readonly batches: number;
  readonly seconds: number;
}

function studyDocument(
  { info, spec, asked }: About,
  { title, finding, notes, figures, graph, pictures, measured, skipped }: NetFindings,
  { rows, batches, seconds }: Cost,
): ResultDocument {
  const { runtime, provider, device, optimization } = info.environment;
  return {
    format: 'loci',
    version: 3,
    kind: spec.kind,
    spec: spec as unknown as Record<string, unknown>,
    model: { ...spec.model, sha256: info.sha256, title: info.title, family: 'onnx' },
    tokens: [],
    ...(title !== undefined && { title }),
    finding,
    notes: notes.slice(0, MOST.entries),
    figures: figures.slice(0, MOST.figures),
    ...(graph && { graph }),
    ...(pictures && { pictures: pictures.map(documentPicture) }),
    cases: { asked, measured, skipped },
    counters: { dispatches: rows, submits: batches, readbacks: batches, flops: 0, naiveFlops: 0 },
    environment: {
      adapter: `${runtime}, ${provider}, ${device}`,
      engine: 'onnxruntime',
      execution: 'restarted behind cuts',
      kernels: `optimization ${optimization}`,
      loci: version,
      time: new Date().toISOString(),
      seconds,
    },
  };
}
