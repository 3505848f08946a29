/** Links of versions 1 to 3: read-only. */
import { graphDictionary, studyDictionary } from '../dictionary';
import { type Unpacked, unpack } from '../pack';
import { traceDictionary } from './dictionary';
import { unpackTrace } from './trace';

/** `inflate`: the link's bytes, with the dictionary of its version. */
export function readOld(version: number, inflate: (dictionary: Uint8Array) => Uint8Array): Unpacked {
  if (version === 1) return unpackTrace(inflate(traceDictionary));
  const read = unpack(inflate(version === 2 ? studyDictionary : graphDictionary), true);
  if (read.document.kind === 'causal-trace')
    throw new Error("link: holds a causal trace as a study, got kind 'causal-trace', expected another.");
  return read;
}
