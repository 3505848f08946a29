/** Pictures on disk: a file, one in a ZIP archive (set.zip/label/name.png), or all of a set. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { blobSource } from '../load/bytes';
import { readZip } from '../load/pickle/zip';
import { MOST } from '../util/bounds';
import { quoted } from '../util/parse';
import { fromInput, InputError } from './errors';
import { isFile, isFolder } from './files';

export interface PictureFile {
  /** Within its set: label/name.png. */
  readonly name: string;
  bytes(): Promise<Uint8Array>;
}

const PICTURE = /\.(png|ppm|pgm)$/i;

export const isPictureName = (path: string): boolean => PICTURE.test(path);

/** Rejects with InputError if there is no such picture. */
export async function pictureFile(cwd: string, path: string): Promise<PictureFile> {
  const [, archive, inner] = /^(.*\.zip)\/(.+)$/.exec(path) ?? [];
  if (archive !== undefined && (await isFile(resolve(cwd, archive)))) {
    const found = (await pictureSet(cwd, archive)).find(({ name }) => name === inner);
    if (found) return found;
    throw new InputError(
      `${quoted(path)}: there is no such picture, got ${quoted(inner!)}, expected one of the archive.`,
    );
  }
  return { name: path, bytes: () => readBytes(cwd, path) };
}

/** The pictures of a folder of labelled folders, or of an archive of them, by name. */
export async function pictureSet(cwd: string, path: string): Promise<PictureFile[]> {
  const place = resolve(cwd, path);
  const found = (await isFolder(place)) ? await inFolder(place) : await inArchive(cwd, path);
  const pictures = found.filter(({ name }) => isPictureName(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (pictures.length > 0) return pictures;
  throw new InputError(`${quoted(path)}: holds no pictures, got none, expected label/name.png or .ppm.`);
}

async function inFolder(place: string): Promise<PictureFile[]> {
  const entries = await readdir(place, { withFileTypes: true });
  const labels = entries.filter((one) => one.isDirectory()).map(({ name }) => name);
  const lists = await Promise.all(
    labels.map(async (label) =>
      (await readdir(join(place, label))).map((file) => {
        const name = `${label}/${file}`;
        return { name, bytes: () => readBytes(place, name) };
      }),
    ),
  );
  return lists.flat();
}

async function inArchive(cwd: string, path: string): Promise<PictureFile[]> {
  const archive = await readBytes(cwd, path);
  const source = blobSource(path, new Blob([Uint8Array.from(archive)]));
  const entries = await fromInput(readZip(source, path));
  return entries.map(({ name, begin, end }) => ({ name, bytes: async () => archive.subarray(begin, end) }));
}

/** Rejects with InputError if the file cannot be read. */
async function readBytes(cwd: string, path: string): Promise<Uint8Array> {
  const bytes = await readFile(resolve(cwd, path)).catch(() => {
    throw new InputError(`${quoted(path)}: cannot be read, got no such file, expected a picture or a set.`);
  });
  if (bytes.length > MOST.smallFile)
    throw new InputError(
      `${quoted(path)}: is too large, got ${bytes.length} bytes, expected at most ${MOST.smallFile}.`,
    );
  return bytes;
}
