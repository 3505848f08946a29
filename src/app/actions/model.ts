/** Previews, opens, verifies and deletes models. */
import {
  type LensInfo,
  type ModelInfo,
  type ModelSource,
  OPEN_CANCELLED,
  type WeightFormat,
} from '../../engine/api';
import { nameOfSource } from '../../load/source';
import { download } from '../download';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { completeQuestion } from './findings';
import { askAnswer } from './answer';
import { settleDraft } from './opening';
import { checkDraft } from './question';
import { loadReadings } from './readings';
import { type LensState, NO_LENS } from '../stores/lens';

/** The cost of opening a model; fetches nothing large. */
export async function previewModel(loci: Loci, source: ModelSource): Promise<void> {
  const isCurrent = loci.latest.preview();
  const name = nameOfSource(source);
  loci.status.setState({ preview: { state: 'looking', name }, openError: null });
  try {
    const info = await loci.engine.preview(source);
    if (!isCurrent()) return;
    const { f32, f16 } = info.formats;
    // Halves if floats do not fit; the user can still choose.
    const weights = f32.problem !== null && f16.problem === null ? 'f16' : 'f32';
    loci.status.setState({ preview: { state: 'known', source, info }, weights });
  } catch (error) {
    if (isCurrent()) loci.status.setState({ preview: null, openError: complaint(error) });
  }
}

/** The message of a failure; null for a requested stop. */
function complaint(error: unknown): string | null {
  const message = messageOf(error);
  return message === OPEN_CANCELLED ? null : message;
}

export function setWeights(loci: Loci, weights: WeightFormat): void {
  loci.status.setState({ weights });
}

/** Reopening a model after an engine restart. */
export interface Again {
  readonly weights: WeightFormat;
  /** The model open before; if it is this one, the editor keeps its question. */
  readonly before: ModelInfo | null;
  /** Opens the lens of that model once more. */
  readonly reopenLens: (() => Promise<LensInfo>) | null;
}

/** Opens a model; keeps the finding, and checks the editor's question against the new model. */
export async function openModel(loci: Loci, source: ModelSource, again?: Again): Promise<void> {
  const isCurrent = loci.latest.model();
  const { weights, before, reopenLens } = again ?? {
    ...loci.status.getState(),
    before: loci.status.getState().model,
    reopenLens: null,
  };
  if (!again) loci.status.setState({ engineNote: null });
  // Asks the browser to keep copies when space runs low; a refusal is harmless.
  if (source.kind === 'hub') void globalThis.navigator?.storage?.persist?.().catch(() => false);
  loci.status.setState({
    phase: 'loading',
    opening: { loadedBytes: 0, totalBytes: null, doing: 'opening' },
    openError: null,
    verified: null,
  });
  try {
    const model = await loci.engine.open(
      source,
      (opening) => {
        // Progress may arrive after the final answer.
        if (isCurrent() && loci.status.getState().opening) loci.status.setState({ opening });
      },
      { weights },
    );
    if (!isCurrent()) return;
    // Answers about the old model are stale.
    for (const late of [loci.latest.readings, loci.latest.map, loci.latest.answer]) late();
    const environment = await loci.engine.environment();
    if (!isCurrent()) return;
    const isBack = again !== undefined && before?.sha256 === model.sha256;
    // A lens is closed with its model. A run that resumes reads it, so it is open before the model is.
    const lens = isBack && reopenLens ? await reopened(reopenLens) : NO_LENS;
    if (!isCurrent()) return;
    loci.lens.setState(lens);
    loci.status.setState(({ phase }) => ({
      // A run cancelled by the restart stays cancelled.
      phase: isBack && phase !== 'loading' ? phase : 'ready',
      model,
      environment,
      opening: null,
      ...(isBack ? {} : { preview: null, weights: 'f32' }),
    }));
    const settle = () => (isBack ? checkDraft(loci) : settleDraft(loci, before === null));
    const question = completeQuestion(loci).then(settle);
    await Promise.all([question, loadReadings(loci), askAnswer(loci, true), loadStorage(loci)]);
  } catch (error) {
    if (!isCurrent()) return;
    const { model } = loci.status.getState();
    const openError = complaint(error);
    loci.status.setState(({ phase }) => ({
      // Unless a trace on the open model has begun.
      phase: phase === 'loading' ? (model ? 'ready' : 'failed') : phase,
      opening: null,
      openError,
    }));
    await Promise.all([loadStorage(loci), refreshPreview(loci)]);
  }
}

/** The lens as it was, or one sentence that says why there is none. */
async function reopened(reopen: () => Promise<LensInfo>): Promise<Partial<LensState>> {
  try {
    return { open: await reopen() };
  } catch (error) {
    return { ...NO_LENS, error: messageOf(error) };
  }
}

/** Updates what remains to fetch after an interrupted download; keeps the format. */
async function refreshPreview(loci: Loci): Promise<void> {
  const { preview } = loci.status.getState();
  if (preview?.state !== 'known') return;
  const isCurrent = loci.latest.preview();
  try {
    const info = await loci.engine.preview(preview.source);
    if (isCurrent()) loci.status.setState({ preview: { ...preview, info } });
  } catch {
    // The error is already shown; keep the last preview.
  }
}

/** Stops a preview or opening; keeps the open model and the downloaded bytes. */
export async function cancelOpening(loci: Loci): Promise<void> {
  await loci.engine.cancelOpen();
}

/** Lists the models kept on this device. */
export async function loadStorage(loci: Loci): Promise<void> {
  try {
    loci.status.setState({ storage: await loci.engine.storage() });
  } catch (error) {
    loci.status.setState({ storage: null, openError: messageOf(error) });
  }
}

export async function deleteStored(loci: Loci, keys: readonly string[]): Promise<void> {
  try {
    await loci.engine.deleteStored(keys);
  } catch (error) {
    loci.status.setState({ openError: messageOf(error) });
  }
  await Promise.all([loadStorage(loci), refreshPreview(loci)]);
}

/** Compares every hook site with onnxruntime-web on the editor's prompt. */
export async function verifyModel(loci: Loci): Promise<void> {
  loci.status.setState({ verified: { state: 'running' } });
  try {
    const { tokens } = loci.draft.getState();
    const { against, bar, errors } = await loci.engine.verify(
      tokens.map((token) => token.id),
      'onnxruntime',
    );
    const worst = errors.reduce((a, b) => (b.relative > a.relative ? b : a));
    const verdict = { against, bar, relative: worst.relative, site: worst.site, sites: errors.length };
    loci.status.setState({ verified: { state: 'done', ...verdict } });
  } catch (error) {
    loci.status.setState({ verified: { state: 'failed', message: messageOf(error) } });
  }
}

/** Saves the open model as ONNX with hook sites as named outputs. */
export async function downloadOnnx(loci: Loci): Promise<void> {
  try {
    for (const { name, bytes } of await loci.engine.exportOnnx()) {
      download(name, new Blob([bytes as Uint8Array<ArrayBuffer>]));
    }
  } catch (error) {
    loci.status.setState({ openError: messageOf(error) });
  }
}
