/** What a run needs of an open model, and what its documents say about both. */
import { version } from '../../package.json';
import type { Reuse } from '../forward/request/contract';
import { outcomeOf } from '../model/outcomes';
import type { ResultDocument } from '../results/document';
import { sha256OfText } from '../util/sha256';
import type { JacobianLens } from '../model/lens';
import { lensMatrix } from './lensMatrix';
import type { OpenedModel } from './modelInfo';
import type { RunningModel } from './running';

/**
 * The kernel set. There is only one, and shapes of equal divisibility use the same kernels, so runs
 * are comparable bit by bit.
 */
const KERNELS = 'pinned';

export interface VerifiedModel extends OpenedModel {
  /** The last verification, recorded in documents. */
  verified: ResultDocument['environment']['verified'] | null;
  lens: JacobianLens | null;
}

/** A document's seconds count from this call. */
export function runningModel(model: VerifiedModel, execution: Reuse): RunningModel {
  const { checkpoint, backend } = model;
  const { id, revision, title, spec, tokenizer, weights } = checkpoint;
  const { sha256, format } = backend.weights;
  const started = performance.now();
  return {
    spec,
    backend,
    execution,
    weight: async (name) => lensMatrix(name, model.lens) ?? weights.get(name),
    context: () => ({
      model: { id, revision, sha256, title, family: spec.family, weights: format },
      environment: { ...environmentOf(model, execution), seconds: (performance.now() - started) / 1000 },
      decode: (token) => tokenizer.decode(token),
      outcome: outcomeOf(spec, tokenizer.decode),
    }),
  };
}

function environmentOf(
  { backend, verified }: VerifiedModel,
  execution: Reuse,
): Omit<ResultDocument['environment'], 'seconds'> {
  const { adapter, engine } = backend.environment();
  const isReference = engine === 'reference';
  return {
    adapter,
    engine,
    execution: isReference ? 'naive' : execution,
    kernels: isReference ? 'none' : KERNELS,
    loci: version,
    time: new Date().toISOString(),
    ...(verified ? { verified } : {}),
  };
}

/** Includes weights, format, lens, kernels and version: a change means measuring again. */
export function measuredKey(
  spec: Record<string, unknown>,
  { backend, lens }: VerifiedModel,
  execution: Reuse,
): string {
  const { sha256, format } = backend.weights;
  const { engine } = backend.environment();
  const about = { spec, sha256, format, engine, execution, kernels: KERNELS, version, lens: lens?.sha256 };
  return sha256OfText(JSON.stringify(about));
}
