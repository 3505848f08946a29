/** What the page and the command line show about an open model. */
import { notFiniteNotes } from '../load/notFinite';
import type { Checkpoint } from '../load/open';
import type { ModelInfo } from './api';
import type { Backend } from './backend';

export interface OpenedModel {
  readonly checkpoint: Checkpoint;
  readonly backend: Backend;
  readonly sigma: ModelInfo['sigma'];
}

export function modelInfo({ checkpoint, backend, sigma }: OpenedModel): ModelInfo {
  const { id, title, revision, spec, weights, bos, tokenizer, hasChatTemplate, facts } = checkpoint;
  return {
    id,
    title,
    revision,
    sha256: backend.weights.sha256,
    spec,
    notes: [...checkpoint.notes, ...notFiniteNotes(backend.weights.notFinite)],
    parameters: weights.parameters,
    bytes: weights.bytes,
    bos,
    special: tokenizer.special,
    maskToken: tokenizer.maskToken,
    hasChatTemplate,
    weights: backend.weights.format,
    gpuBytes: backend.weights.bytes,
    sigma,
    facts,
  };
}
