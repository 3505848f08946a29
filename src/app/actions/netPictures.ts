/** Takes pictures for the open net: files, stored archives, labelled folders. */
import type { NetPicture } from '../../engine/net/serviceApi';
import { blobSource } from '../../load/bytes';
import { readZip } from '../../load/pickle/zip';
import { MOST } from '../../util/bounds';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { browserPixels } from '../nets/pixels';
import { showAnswer } from './netAnswer';

/** The pictures' files: a name, perhaps with its class's folder. */
export interface GivenPicture {
  readonly name: string;
  readonly blob: Blob;
}

const PICTURE = /\.(png|ppm|pgm|jpe?g|webp|gif|bmp|avif)$/i;

/** Pictures among files: themselves, those of stored archives, and of labelled folders. */
export async function picturesAmong(files: readonly File[]): Promise<GivenPicture[]> {
  const found = await Promise.all(
    files.map(async (file): Promise<GivenPicture[]> => {
      if (/\.zip$/i.test(file.name)) return inArchive(file.name, file);
      // A picked folder's path: set/label/name.png.
      const path = file.webkitRelativePath?.split('/').slice(-2).join('/') || file.name;
      return PICTURE.test(file.name) || file.type.startsWith('image/') ? [{ name: path, blob: file }] : [];
    }),
  );
  return found.flat();
}

export async function inArchive(where: string, archive: Blob): Promise<GivenPicture[]> {
  const entries = await readZip(blobSource(where, archive), where);
  return entries
    .filter(({ name }) => PICTURE.test(name))
    .map(({ name, begin, end }) => ({ name, blob: archive.slice(begin, end) }));
}

/** Takes pictures for the open net, the first of them shown. One that cannot be read is named. */
export async function givePictures(loci: Loci, given: readonly GivenPicture[]): Promise<void> {
  const isCurrent = loci.latest.pictures();
  loci.net.setState({ error: null });
  const pictures: NetPicture[] = [];
  const problems: string[] = [];
  for (const { name, blob } of given.slice(0, MOST.cases)) {
    try {
      pictures.push(await readPicture(loci, name, blob));
    } catch (error) {
      problems.push(messageOf(error));
    }
    if (!isCurrent()) return;
    // The first picture shows at once.
    if (pictures.length === 1) {
      loci.net.setState({ pictures: [...pictures], shown: 0, answer: null, brush: null, class: null });
      await showAnswer(loci);
    }
  }
  if (!isCurrent()) return;
  const [first, ...others] = problems;
  const error =
    first === undefined ? null : `${first}${others.length > 0 ? ` And ${others.length} more.` : ''}`;
  loci.net.setState({ error, ...(pictures.length > 0 && { pictures }) });
}

/** PNG and PPM are read as the command line reads them, other kinds by the browser. */
async function readPicture(loci: Loci, name: string, blob: Blob): Promise<NetPicture> {
  if (blob.size > MOST.smallFile)
    throw new Error(`${name}: is too large, got ${blob.size} bytes, expected at most ${MOST.smallFile}.`);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const isOurs = /\.(png|ppm|pgm)$/i.test(name);
  return loci.nets.picture(name, bytes, isOurs ? undefined : await browserPixels(name, blob));
}
