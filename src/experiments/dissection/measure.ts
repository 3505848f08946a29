/** Switches a concept's units off and on, and measures what the pictures show then. */
import type { NetEdit } from '../../model/netRun';
import { range } from '../../util/range';
import { askOutcomes } from '../concepts/ask';
import { ablated, boxOf, inserted, presenceOf, presentValue } from './effects';
import { OBSERVING, type Seen, type Setup } from './observe';

/** A part [begin, end] of a concept's work, 0 to 1. */
type Share = readonly [number, number];

/** `[picture][...]`: one number per picture and unit, or per picture and number of units. */
type PerPicture = readonly (readonly number[])[];

export interface UnitEffects {
  readonly concept: string;
  /** In the order in which they are switched off together. */
  readonly units: readonly number[];
  /** The outcome without the first 0, 1, 2, ... units. */
  readonly curve: PerPicture;
  /** Its change without one unit alone. */
  readonly alone: PerPicture;
  /** For generators. */
  readonly ace: {
    /** Outcome with one unit inserted in the part, less that with it ablated there. */
    readonly alone: PerPicture;
    /** Units by their effect alone, largest first, and that of the first 1, 2, ... together. */
    readonly order: readonly number[];
    readonly joint: PerPicture;
  } | null;
}

/** `units`: by agreement with concept `c`, most first. */
export async function measureEffects(
  setup: Setup,
  seen: Seen,
  c: number,
  units: readonly number[],
): Promise<UnitEffects> {
  const ablation = await measureAblation(setup, seen, c, units);
  // Inserting is about a picture's pixels.
  return { ...ablation, ace: seen.classes === null ? await measureAce(setup, seen, c, units) : null };
}

/** All units but the last ones switched off, and each alone. */
export async function measureAblation(
  setup: Setup,
  seen: Seen,
  c: number,
  units: readonly number[],
): Promise<Omit<UnitEffects, 'ace'>> {
  const { site } = setup.spec;
  const off = (list: readonly number[]) => (list.length === 0 ? [] : [ablated(site, list)]);
  const sets = [
    ...range(0, units.length + 1).map((k) => off(units.slice(0, k))),
    ...units.map((unit) => off([unit])),
  ];
  const values = await outcomes(setup, seen, { c, sets, share: [0, 0.4] });
  return {
    concept: setup.concepts[c]!.name,
    units,
    curve: values.map((row) => row.slice(0, units.length + 1)),
    alone: values.map((row) => row.slice(units.length + 1).map((value) => value - row[0]!)),
  };
}

/** Average causal effects of units alone, and of the sets that grow from the largest one. */
async function measureAce(
  setup: Setup,
  seen: Seen,
  c: number,
  units: readonly number[],
): Promise<UnitEffects['ace']> {
  const { site, insert } = setup.spec;
  const box = boxOf(insert, seen.maps.size);
  const { height, width } = seen.pictures[0]!;
  const present = presenceOf(seen.masks[c]!, [height, width], seen.maps.size);
  const value = new Map(units.map((unit) => [unit, presentValue(seen.maps, unit, present)]));
  const on = (list: readonly number[]) => [
    inserted(
      site,
      list,
      list.map((unit) => value.get(unit)!),
      box,
    ),
  ];
  const effects = async (lists: readonly (readonly number[])[], share: Share) => {
    const sets = lists.flatMap((list) => [on(list), [ablated(site, list, box)]]);
    const rows = await outcomes(setup, seen, { c, sets, share });
    return rows.map((row) => lists.map((_, i) => row[2 * i]! - row[2 * i + 1]!));
  };
  const alone = await effects(
    units.map((unit) => [unit]),
    [0.4, 0.7],
  );
  const total = (i: number) => alone.reduce((sum, row) => sum + row[i]!, 0);
  const order = [...units.keys()].sort((a, b) => total(b) - total(a)).map((i) => units[i]!);
  const joint = await effects(
    order.map((_, k) => order.slice(0, k + 1)),
    [0.7, 1],
  );
  return { alone, order, joint };
}

/** The first pictures; of a classifier the first that show the concept. */
function picturesFor({ inputs, spec }: Setup, { classes, masks }: Seen, c: number): number[] {
  const all = range(0, inputs.length);
  const shown = classes === null ? all : all.filter((i) => masks[c]![i]!.includes(1));
  return shown.slice(0, spec.pictures);
}

interface Asked {
  /** The concept. */
  readonly c: number;
  readonly sets: readonly (readonly NetEdit[])[];
  readonly share: Share;
}

/** [picture][set]: the outcome of each picture under each set of edits. */
async function outcomes(setup: Setup, seen: Seen, { c, sets, share }: Asked): Promise<number[][]> {
  const { lab, inputs, concepts, tones } = setup;
  const { classes } = seen;
  const concept = concepts[c]!;
  const at = (part: number) => OBSERVING + ((1 - OBSERVING) * (c + part)) / concepts.length;
  const found = await askOutcomes(lab, {
    inputs,
    chosen: picturesFor(setup, seen, c),
    sets,
    outcomes: (i) => [
      classes === null ? { of: 'share', concept, tones } : { of: 'logit', label: classes[i]! },
    ],
    doing: concept.name,
    share: [at(share[0]), at(share[1])],
  });
  return found.map((row) => row.map(([value]) => value!));
}
