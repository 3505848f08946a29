/** Opens, fits, keeps and closes Jacobian lenses of the open model. */
import { CANCELLED, type LensInfo, type LensThrough } from '../../engine/api';
import { download } from '../download';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { currentFinding } from '../stores/session';

export const showThrough = (loci: Loci, through: LensThrough): void => loci.lens.setState({ through });

/**
 * What fails leaves the open lens as it is, and says one sentence. `reopen`: how to open it again.
 */
async function opening(
  loci: Loci,
  ask: () => Promise<LensInfo>,
  reopen: (lens: LensInfo) => Promise<LensInfo> = ask,
): Promise<boolean> {
  const { model } = loci.status.getState();
  loci.lens.setState({ error: null, note: null });
  try {
    const open = await ask();
    // Another model may be open by now.
    if (loci.status.getState().model !== model) return false;
    loci.lens.setState({ open, reopen: () => reopen(open), through: 'jacobian' });
    return true;
  } catch (error) {
    loci.lens.setState({ error: messageOf(error) });
    return false;
  }
}

/** Opens a file and shows the Lens view, if the finding has one. Returns whether it opened. */
export async function openLensFile(loci: Loci, file: File): Promise<boolean> {
  const opened = await opening(loci, () => loci.engine.openLens({ name: file.name, file, keep: true }));
  if (opened) await loadKept(loci);
  const finding = currentFinding(loci.session.getState());
  if (opened && finding) loci.view.setState({ tab: { finding: finding.id, name: 'Lens' } });
  return opened;
}

export const openKept = (loci: Loci, sha256: string): Promise<boolean> =>
  opening(loci, () => loci.engine.openKeptLens(sha256));

export async function closeLens(loci: Loci): Promise<void> {
  await loci.engine.closeLens();
  loci.lens.setState({ open: null, reopen: null, error: null, note: null });
}

export async function loadKept(loci: Loci): Promise<void> {
  if (!loci.status.getState().model) return;
  const kept = await loci.engine.keptLenses().catch(() => []);
  loci.lens.setState({ kept });
}

export async function deleteKept(loci: Loci, sha256: string): Promise<void> {
  try {
    await loci.engine.deleteKeptLens(sha256);
  } catch (error) {
    loci.lens.setState({ error: messageOf(error) });
  }
  await loadKept(loci);
}

export async function saveLens(loci: Loci, format: 'pt' | 'safetensors'): Promise<void> {
  try {
    const { name, bytes } = await loci.engine.exportLens(format);
    download(name, new Blob([bytes as Uint8Array<ArrayBuffer>]));
  } catch (error) {
    loci.lens.setState({ error: messageOf(error) });
  }
}

/** Fits on these texts; with the same texts an interrupted fit resumes. */
export async function fitLens(loci: Loci, texts: readonly string[], title: string): Promise<void> {
  const id = loci.nextId('fit');
  const begin = { id, fraction: 0, secondsLeft: null, doing: 'planning', cancelling: false };
  loci.lens.setState({ fitting: begin });
  const fit = async () => {
    const { lens, skipped, takenUp } = await loci.engine.fitLens(id, { title, texts }, (event) => {
      const { fitting } = loci.lens.getState();
      if (fitting?.id === id) loci.lens.setState({ fitting: { ...fitting, ...event } });
    });
    const notes = [
      ...(skipped > 0 ? [`${skipped} of ${texts.length} texts are too short and do not count.`] : []),
      ...(takenUp > 0 ? [`${takenUp} texts were measured before.`] : []),
    ];
    loci.lens.setState({ note: notes.join(' ') || null });
    return lens;
  };
  await opening(loci, fit, ({ sha256 }) => loci.engine.openKeptLens(sha256));
  const { error } = loci.lens.getState();
  const isStopped = error === CANCELLED;
  loci.lens.setState({
    fitting: null,
    ...(isStopped ? { error: null, note: 'Stopped. What was measured is kept: fit again to resume.' } : {}),
  });
  await loadKept(loci);
}

export async function stopFit(loci: Loci): Promise<void> {
  const { fitting } = loci.lens.getState();
  if (!fitting) return;
  loci.lens.setState({ fitting: { ...fitting, cancelling: true } });
  await loci.engine.cancel(fitting.id);
}
