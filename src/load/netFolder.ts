/** A net's ONNX file and what lies beside it: how pictures are prepared, names of classes. */
import type { ModelFolder } from './folder';

/** Protobuf's own limit. */
const MOST_BYTES = 2 ** 31;
/** Where a graph is, if its name is not given: a folder of its own, or the hub's layout. */
const PLACES = ['model.onnx', 'onnx/model.onnx'];

export interface NetFolderFiles {
  /** The graph's place in the folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Texts of preprocessor_config.json and config.json; null: there is none. */
  readonly preprocessor: string | null;
  readonly config: string | null;
}

/** `path`: the graph's, if known. Rejects with one sentence if there is none, or it is too large. */
export async function readNet(
  folder: ModelFolder,
  path?: string,
  onProgress?: (loaded: number, total: number) => void,
): Promise<NetFolderFiles> {
  const tried = path === undefined ? PLACES : [path];
  for (const place of tried) {
    // A small file first: it pins a hub's revision.
    const [preprocessor, config] = [
      await beside(folder, place, 'preprocessor_config.json'),
      await beside(folder, place, 'config.json'),
    ];
    const source = await folder.openFile(place);
    if (!source) continue;
    if (source.size > MOST_BYTES)
      throw new Error(
        `${source.name}: is too large, got ${source.size} bytes, expected at most ${MOST_BYTES}.`,
      );
    const bytes = new Uint8Array(source.size);
    let at = 0;
    for await (const piece of source.stream(0)) {
      bytes.set(piece, at);
      at += piece.length;
      onProgress?.(at, source.size);
    }
    return { path: place, bytes, preprocessor, config };
  }
  throw new Error(`${folder.where}: holds no net, got none of ${tried.join(', ')}, expected an ONNX file.`);
}

/** The hub keeps graphs in a folder of their own, and what belongs to them above it. */
async function beside(folder: ModelFolder, graph: string, name: string): Promise<string | null> {
  const own = graph.includes('/') ? [`${graph.slice(0, graph.lastIndexOf('/'))}/${name}`] : [];
  for (const place of [...own, name]) {
    const file = await folder.readFile(place);
    if (file) return file.text();
  }
  return null;
}
