/** Looking at, opening, verifying and deleting models. */
import { type ModelInfo, type ModelSource, OPEN_CANCELLED, type WeightFormat } from '../../engine/api';
import { nameOfSource } from '../../load/source';
import { download } from '../download';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { completeQuestion } from './findings';
import { askAnswer } from './answer';
import { settleDraft } from './opening';
import { checkDraft } from './question';
import { loadReadings } from './readings';

/** What opening a model would cost; nothing large is fetched. */
export async function previewModel(loci: Loci, source: ModelSource): Promise<void> {
  const isCurrent = loci.latest.preview();
  const name = nameOfSource(source);
  loci.status.setState({ preview: { state: 'looking', name }, openError: null });
  try {
    const info = await loci.engine.preview(source);
    if (!isCurrent()) return;
    const { f32, f16 } = info.formats;
    // Half floats where whole ones do not fit; the choice stays the user's.
    const weights = f32.problem !== null && f16.problem === null ? 'f16' : 'f32';
    loci.status.setState({ preview: { state: 'known', source, info }, weights });
  } catch (error) {
    if (isCurrent()) loci.status.setState({ preview: null, openError: complaint(error) });
  }
}

/** What to say of a failure; nothing of one that was asked for. */
function complaint(error: unknown): string | null {
  const message = messageOf(error);
  return message === OPEN_CANCELLED ? null : message;
}

export function setWeights(loci: Loci, weights: WeightFormat): void {
  loci.status.setState({ weights });
}

/** A model that is opened because the engine was restarted. */
export interface Again {
  readonly weights: WeightFormat;
  /** What was open then; if it is this model, the question in the editor stays as it is. */
  readonly before: ModelInfo | null;
}

/** Opens a model; the finding that is shown stays, the question in the editor is checked against the new model. */
export async function openModel(loci: Loci, source: ModelSource, again?: Again): Promise<void> {
  const isCurrent = loci.latest.model();
  const { weights, before } = again ?? { ...loci.status.getState(), before: loci.status.getState().model };
  if (!again) loci.status.setState({ engineNote: null });
  // Asks that copies are not cleared when space runs low; a refusal costs nothing but that.
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
        // The last progress may come after the answer, which ended the opening.
        if (isCurrent() && loci.status.getState().opening) loci.status.setState({ opening });
      },
      { weights },
    );
    if (!isCurrent()) return;
    // What was asked of the model before may be answered by this one.
    for (const late of [loci.latest.readings, loci.latest.map, loci.latest.answer]) late();
    const environment = await loci.engine.environment();
    if (!isCurrent()) return;
    const isBack = again !== undefined && before?.sha256 === model.sha256;
    loci.status.setState(({ phase }) => ({
      // A run that was cancelled by the restart stays so.
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
      // Unless a trace on the model in use was begun meanwhile.
      phase: phase === 'loading' ? (model ? 'ready' : 'failed') : phase,
      opening: null,
      openError,
    }));
    await Promise.all([loadStorage(loci), refreshPreview(loci)]);
  }
}

/** How much is left to fetch after a download that ended early; the format stays as chosen. */
async function refreshPreview(loci: Loci): Promise<void> {
  const { preview } = loci.status.getState();
  if (preview?.state !== 'known') return;
  const isCurrent = loci.latest.preview();
  try {
    const info = await loci.engine.preview(preview.source);
    if (isCurrent()) loci.status.setState({ preview: { ...preview, info } });
  } catch {
    // Why it cannot be read is told already; what was known of it stays.
  }
}

/** Stops looking or opening; the model in use stays, and what was downloaded is kept. */
export async function cancelOpening(loci: Loci): Promise<void> {
  await loci.engine.cancelOpen();
}

/** Which models are kept on this device. */
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

/** Compares every hook site on the prompt in the editor with onnxruntime-web. */
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

/** Saves the open model as ONNX, hook sites as named outputs. */
export async function downloadOnnx(loci: Loci): Promise<void> {
  try {
    for (const { name, bytes } of await loci.engine.exportOnnx()) {
      download(name, new Blob([bytes as Uint8Array<ArrayBuffer>]));
    }
  } catch (error) {
    loci.status.setState({ openError: messageOf(error) });
  }
}
