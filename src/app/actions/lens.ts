/** What the logit lens shows beyond each cell's likeliest token, read when it is asked for. */
import type { Selection } from '../../panels/selection';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { otherModel } from '../otherModel';
import { currentFinding } from '../stores/session';
import type { Readings } from '../stores/status';
import { readingsKey } from './readings';

/** Tokens listed per cell. */
const LISTED = 5;
/** Milliseconds that the pointer rests on a cell before the model is asked. */
const REST = 120;

export const topKey = ({ row, layer }: Selection): string => `${layer} ${row}`;

/** Reads the likeliest tokens of a cell once the pointer rests on it; a run in progress goes first. */
export async function loadTop(loci: Loci, place: Selection): Promise<void> {
  const isCurrent = loci.latest.lens();
  await new Promise((resolve) => setTimeout(resolve, REST));
  const asked = askedLens(loci);
  if (!isCurrent() || !asked || asked.readings.tops?.[topKey(place)] || loci.status.getState().run) return;
  const at = { row: place.layer + 1, position: place.row };
  await read(loci, asked.readings.key, async () => {
    const top = await loci.engine.lensTop(asked.tokens, at, LISTED);
    return ({ tops }) => ({ tops: { ...tops, [topKey(place)]: top } });
  });
}

/** Reads the followed token's probability and rank in every cell: the lens once more. */
export async function loadFollowed(loci: Loci, id: number): Promise<void> {
  const asked = askedLens(loci);
  if (!asked || asked.readings.followed?.id === id) return;
  await read(loci, asked.readings.key, async () => {
    const { cells } = await loci.engine.lens(asked.tokens, id);
    return () => ({ followed: { id, cells } });
  });
}

/** The prompt and its readings, if the open model can be asked about them. */
function askedLens(loci: Loci) {
  const document = currentFinding(loci.session.getState())?.document;
  const { model, readings } = loci.status.getState();
  if (!document || !model || readings?.key !== readingsKey(document)) return null;
  if (otherModel(document.model, model) !== null) return null;
  return { readings, tokens: document.tokens.map(({ id }) => id) };
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
