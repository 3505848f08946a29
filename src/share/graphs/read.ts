/** Which circuit file of another program a JSON is, if any. */
import { fromEapIg, isEapIg } from './eapIg';
import type { ImportedGraph } from './imported';
import { fromNeuronpedia, isNeuronpedia } from './neuronpediaImport';

/** The circuit in a file; null if the file is something else. Throws one sentence naming `where` if it is a bad one. */
export function readCircuit(json: unknown, where: string): ImportedGraph | null {
  if (json === null || typeof json !== 'object' || 'format' in json) return null;
  if (isEapIg(json)) return fromEapIg(json, where);
  return isNeuronpedia(json) ? fromNeuronpedia(json, where) : null;
}
