/** Recognises circuit files of other programs. */
import { fromEapIg, isEapIg } from './eapIg';
import type { ImportedGraph } from './imported';
import { fromNeuronpedia, isNeuronpedia } from './neuronpediaImport';

/** The circuit in a file; null for other files. Throws one sentence naming `where`. */
export function readCircuit(json: unknown, where: string): ImportedGraph | null {
  if (json === null || typeof json !== 'object' || 'format' in json) return null;
  if (isEapIg(json)) return fromEapIg(json, where);
  return isNeuronpedia(json) ? fromNeuronpedia(json, where) : null;
}
