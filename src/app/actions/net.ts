/** Opens a net that comes as an ONNX graph, with its pictures, and closes it. */
import { BUILTIN_NETS } from '../../load/builtin';
import type { ModelSource } from '../../load/source';
import { isOfNet } from '../../results/ofNet';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { sourceOfFiles } from '../parts/model/localSource';
import { NO_NET } from '../stores/net';
import { currentFinding, type Finding } from '../stores/session';
import { showFinding } from './findings';
import { showAnswer } from './netAnswer';
import { type GivenPicture, givePictures, inArchive, picturesAmong } from './netPictures';
import { loadNetCatalogue, questionsFor } from './netQuestion';

/** Opens a net; the one before stays if this fails. `own`: a set of pictures that comes with it. */
export async function openNet(
  loci: Loci,
  source: ModelSource,
  given: readonly GivenPicture[] = [],
): Promise<void> {
  const isCurrent = loci.latest.net();
  const name = source.kind === 'files' ? source.title : source.id;
  loci.net.setState({ opening: name, loaded: 0, error: null });
  try {
    const [open, catalogue] = await Promise.all([
      loci.nets.open(source, (loaded, total) => {
        if (isCurrent()) loci.net.setState({ loaded: loaded / total });
      }),
      loadNetCatalogue(loci),
    ]);
    if (!isCurrent()) return;
    const kind = questionsFor(open, catalogue)[0]?.kind ?? '';
    loci.net.setState({ ...NO_NET, open, kind });
    showLatest(loci, ({ document }) => document.model.sha256 === open.sha256);
    const own = source.kind === 'builtin' ? await ownPictures(loci, source.id) : [];
    if (!isCurrent()) return;
    const pictures = given.length > 0 ? given : own;
    if (pictures.length > 0) await givePictures(loci, pictures);
    else await showAnswer(loci);
  } catch (error) {
    if (isCurrent()) loci.net.setState({ opening: null, error: messageOf(error) });
  }
}

/** Files of a net, of pictures, or of both, dropped or chosen. */
export async function takeFiles(loci: Loci, files: readonly File[]): Promise<void> {
  const isNet = files.some(({ name }) => name.endsWith('.onnx'));
  try {
    const pictures = await picturesAmong(files);
    const source = isNet ? sourceOfFiles(files) : null;
    if (source) await openNet(loci, source, pictures);
    else if (loci.net.getState().open) await givePictures(loci, pictures);
    else
      throw new Error(
        'pictures: no net is open, got pictures alone. Open an ONNX file first: drop it here, or choose one below.',
      );
  } catch (error) {
    loci.net.setState({ error: messageOf(error) });
  }
}

/** Back to the language model. */
export function closeNet(loci: Loci): void {
  loci.latest.net();
  loci.net.setState(NO_NET);
  const finding = currentFinding(loci.session.getState());
  if (!finding || isOfNet(finding.document)) showLatest(loci, ({ document }) => !isOfNet(document));
}

/** Shows the latest finding about what is open now, or none. */
function showLatest(loci: Loci, isAbout: (finding: Finding) => boolean): void {
  const { findings, currentId } = loci.session.getState();
  const shown = findings.find(({ id }) => id === currentId);
  if (shown && isAbout(shown)) return;
  const latest = findings.find(isAbout);
  if (latest) showFinding(loci, latest.id);
  else loci.session.setState({ currentId: null });
}

async function ownPictures(loci: Loci, id: string): Promise<GivenPicture[]> {
  const set = BUILTIN_NETS.find((net) => net.id === id)?.pictures;
  if (!set) return [];
  return inArchive(set, await loci.nets.beside(id, set));
}
