/** What a lens shows beyond each cell's likeliest token, read when it is asked for. */
import type { Selection } from '../../panels/selection';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { otherModel } from '../otherModel';
import { throughKey } from '../stores/lens';
import { currentFinding } from '../stores/session';
import type { Readings } from '../stores/status';
import { readingsKey } from './readings';

/** Tokens listed per cell. */
const LISTED = 5;
/** Milliseconds that the pointer rests on a cell before the model is asked. */
const REST = 120;

/** `by`: what it is read through, see `throughKey`. */
export const topKey = (by: string, { row, layer }: Selection): string => `${by} ${layer} ${row}`;

/** The cells as the view shows them; null: not read yet. */
export function shownCells({ lens, jacobian }: Readings, by: string) {
  if (by === 'logit') return lens;
  return jacobian?.by === by ? jacobian : null;
}

/** Reads the likeliest tokens of a cell once the pointer rests on it; a run in progress goes first. */
export async function loadTop(loci: Loci, place: Selection): Promise<void> {
  const isCurrent = loci.latest.lens();
  await new Promise((resolve) => setTimeout(resolve, REST));
  const asked = askedLens(loci);
  if (!isCurrent() || !asked || loci.status.getState().run) return;
  const key = topKey(asked.by, place);
  const at = { row: place.layer + 1, position: place.row };
  if (asked.readings.tops?.[key] || !shownCells(asked.readings, asked.by)?.cells[at.row]) return;
  await read(loci, asked.readings.key, async () => {
    const top = await loci.engine.lensTop(asked.tokens, at, LISTED, asked.through);
    return ({ tops }) => ({ tops: { ...tops, [key]: top } });
  });
}

/** Reads the followed token's probability and rank in every cell: the lens once more. */
export async function loadFollowed(loci: Loci, id: number): Promise<void> {
  const asked = askedLens(loci);
  if (!asked) return;
  const { readings, by, tokens, through } = asked;
  if (readings.followed?.id === id && readings.followed.by === by) return;
  await read(loci, readings.key, async () => {
    const { cells } = await loci.engine.lens(tokens, id, through);
    return () => ({ followed: { id, by, cells } });
  });
}

/** Reads the cells through the open Jacobian lens. */
export async function loadJacobian(loci: Loci): Promise<void> {
  const asked = askedLens(loci);
  if (!asked || asked.through === 'logit' || shownCells(asked.readings, asked.by)) return;
  const { readings, by, tokens, through } = asked;
  await read(loci, readings.key, async () => {
    const { cells } = await loci.engine.lens(tokens, undefined, through);
    return () => ({ jacobian: { by, cells } });
  });
}

/** The prompt and its readings, if the open model can be asked about them. */
function askedLens(loci: Loci) {
  const document = currentFinding(loci.session.getState())?.document;
  const { model, readings } = loci.status.getState();
  const lens = loci.lens.getState();
  if (!document || !model || readings?.key !== readingsKey(document)) return null;
  if (otherModel(document.model, model) !== null) return null;
  if (lens.through === 'jacobian' && !lens.open) return null;
  const tokens = document.tokens.map(({ id }) => id);
  return { readings, tokens, by: throughKey(lens), through: lens.through };
}

async function read(
  loci: Loci,
  key: string,
  ask: () => Promise<(now: Readings) => Partial<Readings>>,
): Promise<void> {
  try {
    const change = await ask();
    const { readings } = loci.status.getState();
    if (readings?.key === key) loci.status.setState({ readings: { ...readings, ...change(readings) } });
  } catch (error) {
    loci.status.setState({ runError: messageOf(error) });
  }
}
