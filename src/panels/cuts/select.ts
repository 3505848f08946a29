/** The model's answer with cuts, in words. */
import type { Told, ToldAnswer } from '../../engine/api';
import { plain, percent } from '../../results/format';
import { visibleToken } from '../../util/visible';

export interface CutsView {
  /** 'With 3 wires cut the model says *·Oslo* (46 %); ...', quotations in asterisks. */
  readonly sentence: string;
  /** 'Logit difference 4.2 → −0.3.'; over several prompts with the number of kept answers. */
  readonly numbers: string;
  /** The most likely tokens with the cuts, with their p without them. */
  readonly rows: readonly { readonly token: string; readonly cut: string; readonly uncut: string }[];
}

export function selectCuts({ before, after, edges, prompts, answered, difference }: ToldAnswer): CutsView {
  const wires = edges === 1 ? 'one wire' : `${edges.toLocaleString('en-US')} wires`;
  const isSame = before.top[0]!.id === after.top[0]!.id;
  const sentence = isSame
    ? `With ${wires} cut the model still says ${quoted(after)}; uncut ${share(before)}.`
    : `With ${wires} cut the model says ${quoted(after)}; uncut it says ${quoted(before)}.`;
  const first = `Logit difference ${plain(before.difference)} → ${plain(after.difference)}`;
  const all =
    prompts === 1
      ? '.'
      : `; over ${prompts} prompts ${plain(difference.before)} → ${plain(difference.after)}, and ` +
        `${answered.after} of them keep the answer first (uncut ${answered.before}).`;
  return {
    sentence,
    numbers: first + all,
    rows: after.top.map(({ p, uncut, text }) => ({
      token: visibleToken(text),
      cut: percent(p),
      uncut: percent(uncut),
    })),
  };
}

const share = ({ top }: Told): string => percent(top[0]!.p);
const quoted = (said: Told): string => `*${visibleToken(said.top[0]!.text)}* (${share(said)})`;

/** A cut in words: 'a0.h1->m1' is one wire, 'm1' all wires into it, 'm1->' all out of it. */
export function cutText(name: string): string {
  const [bare, place] = name.split('@');
  const at = place === undefined ? '' : ` at position ${place}`;
  if (!bare!.includes('->')) return `all wires into ${bare}${at}`;
  if (bare!.endsWith('->')) return `all wires out of ${bare!.slice(0, -2)}${at}`;
  return `${bare!.replace('->', ' → ')}${at}`;
}
