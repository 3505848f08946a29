/** Edges as typed: 'a0.h1->a2.h0<k>', at a place 'a0.h1->a2.h0<k>@2'. */
import { isUpstream, parseReceiver, parseSender, refuseNeurons } from '../../model/edges';
import type { ModelSpec } from '../../model/spec';
import { placedName } from '../../results/graph';
import { type PlacedEdge, type Places, placed } from './places';
import { quoted } from '../../util/parse';

/** Checks that each is an edge, once. `places`: with positions. Throws one sentence. */
export function parseEdgeNames(
  names: readonly string[],
  model: ModelSpec,
  places: Places | null,
  where: string,
): PlacedEdge[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new Error(`${where}: has an edge twice, got ${quoted(twice)}, expected each once.`);
  return names.map((name) => parseEdgeName(name, model, places, where));
}

function parseEdgeName(name: string, model: ModelSpec, places: Places | null, where: string): PlacedEdge {
  const [, from, to, place] = /^(.+)->([^@]+)(?:@(\d+))?$/.exec(name) ?? [];
  if (from === undefined || to === undefined)
    throw new Error(`${where}: is no edge, got ${quoted(name)}, expected a name such as 'a0.h1->a1.h0<k>'.`);
  const [sender, receiver] = [parseSender(from, model, where), parseReceiver(to, model, where)];
  if (!isUpstream(model, sender, receiver))
    throw new Error(
      `${where}: is no edge, got ${quoted(name)}, expected a sender that comes before its receiver.`,
    );
  if (!places && place === undefined) return placed({ from, to });
  if (!places)
    throw new Error(
      `${where}: has a position, got ${quoted(name)}, expected none without "positions": "tokens".`,
    );
  const at = places.ofReceiver(to);
  if (place === undefined || !at.includes(Number(place)))
    throw new Error(
      `${where}: has no such position, got ${quoted(name)}, expected one of ${at.map((one) => placedName(`${from}->${to}`, one)).join(', ')}.`,
    );
  return placed({ from, to }, Number(place));
}

/** Throws one sentence naming `where` unless these are MLPs of the model, each once. */
export function checkMlps(names: readonly string[], model: ModelSpec, where: string): void {
  for (const [i, name] of names.entries()) {
    const from = parseSender(name, model, where);
    if (from.part !== 'mlp' || names.indexOf(name) !== i)
      throw new Error(`${where}: wrong value, got ${quoted(name)}, expected MLPs such as 'm0', each once.`);
    refuseNeurons(model, from.layer, where);
  }
}
