/** A trace with fewer characters in its link: one kind, fewer digits, no ranges, intervals and hatching of cells. */
import type { GroupResult, KindResult, TraceDocument, TraceKind } from '../results/document';
import { writeLink } from './link';
import type { LinkView } from './view';

/** Some chats cut links above this. */
export const CUT_BY_CHATS = 2000;

/** Digits behind the point: tenths of a percentage point, hundredths of a nat or logit, tenths of a rank. */
const DIGITS = { p: 3, logprob: 2, 'logit-diff': 2, rank: 1 } as const;
const LEFT_OUT = 'A smaller link: no ranges, intervals, hatching.';
const MOST_NEXT_TOKENS = 5;
/** With the page's own address in front. */
const FITTING = CUT_BY_CHATS - 100;

/** The link of one kind, by default the first: with one digit fewer still where that brings it under the limit of chats. */
export function smallerLink(document: TraceDocument, kind?: TraceKind, view: LinkView = {}): string {
  const [link, shorter] = [DIGITS[document.metric], DIGITS[document.metric] - 1].map((digits) =>
    writeLink(smaller(document, digits, kind), view, Number(`1e-${digits}`)),
  ) as [string, string];
  return link.length > FITTING && shorter.length <= FITTING ? shorter : link;
}

/** Numbers rounded to `digits` behind the point. */
function smaller(document: TraceDocument, digits: number, kind?: TraceKind): TraceDocument {
  const kinds = Object.keys(document.kinds) as TraceKind[];
  const kept = kind !== undefined && document.kinds[kind] ? kind : kinds[0];
  const result = kept && document.kinds[kept];
  if (!kept || !result) return document;
  const { corrupted, nextTokens, tightened, ...rest } = document;
  const told = tightened?.filter(({ at }) => at === 'corrupted' || at.kind === kept);
  return {
    ...rest,
    ...(told && { tightened: told }),
    intervals: { ...rest.intervals, rule: 'none', hatching: 'none', notes: [LEFT_OUT] },
    corrupted: { metric: corrupted.metric, p: corrupted.p },
    nextTokens: nextTokens.slice(0, MOST_NEXT_TOKENS),
    kinds: { [kept]: coarse(result, corrupted.metric, digits) },
  };
}

function coarse(result: KindResult, corrupted: number, digits: number): KindResult {
  const round = (value: number): number => Number(value.toFixed(digits));
  const effects = (row: readonly number[]): number[] => row.map(round);
  // A link holds the effects; what is restored is their sum with the corrupted level.
  const restored = (row: readonly number[]): number[] => row.map((effect) => corrupted + round(effect));
  const { peak } = result;
  // The sentence needs to know whether the cell that it names is hatched.
  const isOpen = peak !== null && result.hatched?.[peak.row]?.[peak.layer] === true;
  const [low, high] = peak?.overNoise?.interval ?? [0, 0];
  const isShown = low > 0 || high < 0;
  return {
    restored: result.effect.map(restored),
    effect: result.effect.map(effects),
    ...(isOpen && { hatched: result.hatched }),
    groups: result.groups.map(
      (group): GroupResult => ({
        name: group.name,
        rows: group.rows,
        restored: restored(group.effect),
        effect: effects(group.effect),
        ...(isOpen && { hatched: group.hatched }),
      }),
    ),
    // Where the test is passed the sentence does without its numbers.
    peak: peak && { ...peak, effect: round(peak.effect), overNoise: isShown ? null : peak.overNoise },
  };
}
