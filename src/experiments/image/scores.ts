/**
 * The probability of a class for changed pictures, group by group. Every group is kept, so a long
 * question resumes where it was interrupted: groups have numbers in the order in which they are asked.
 */
import { append } from '../../util/lists';
import { range } from '../../util/range';
import { softmax } from '../../util/distribution';
import type { NetRun } from '../../model/netRun';
import type { ClassQuestion, NetAsk, NetLab } from '../net/experiment';
import { toInput } from '../net/pixels';

/** Rows of one group: two batches of the engine. */
export const GROUP = 64;

export type Step = Required<Pick<NetAsk, 'doing' | 'share'>>;

/** Part `i` of `count` of a step. */
export const partOf = ({ doing, share: [from, to] }: Step, i: number, count: number): Step => ({
  doing,
  share: [from + ((to - from) * i) / count, from + ((to - from) * (i + 1)) / count],
});

export interface Scores {
  /** Of pictures [C, H, W] in 0 to 1, each made when it is needed. */
  of(pictures: readonly (() => Float32Array)[], step: Step): Promise<number[]>;
  /** Of an input of the net under layer masks. */
  masked(input: Float32Array, masks: readonly Uint8Array[], step: Step): Promise<number[]>;
}

export function scoresOf(lab: NetLab, spec: ClassQuestion): Scores {
  let group = 0;
  const { isSoftmax, sites } = lab.net;
  const site = sites.at(-1)!.name;
  async function grouped(
    count: number,
    step: Step,
    request: (begin: number, end: number) => Pick<NetAsk, 'images' | 'masks' | 'runs'>,
  ): Promise<number[]> {
    const all: number[] = [];
    const groups = Math.ceil(count / GROUP);
    for (let g = 0; g < groups; g++) {
      const [begin, end] = [g * GROUP, Math.min(count, (g + 1) * GROUP)];
      const number = group++;
      const before = keptScores(lab.kept(number), end - begin);
      if (before) {
        append(all, before);
        continue;
      }
      const asked = request(begin, end);
      const { data } = (await lab.ask({ ...asked, ...partOf(step, g, groups) }))[site]!;
      const classes = data.length / asked.runs.length;
      const own = asked.runs.map((_, i) => {
        const row = data.subarray(i * classes, (i + 1) * classes);
        return (isSoftmax ? row : softmax(row))[spec.class]!;
      });
      await lab.keep(number, own);
      append(all, own);
    }
    return all;
  }
  return {
    of: (pictures, step) =>
      grouped(pictures.length, step, (begin, end) => ({
        images: pictures.slice(begin, end).map((make) => toInput(lab, spec, make())),
        runs: range(begin, end).map((i): NetRun => ({ id: `${step.doing} ${i}`, image: i - begin })),
      })),
    masked: (input, masks, step) =>
      grouped(masks.length, step, (begin, end) => ({
        images: [input],
        masks: masks.slice(begin, end),
        runs: range(begin, end).map((i): NetRun => ({ id: `mask ${i}`, image: 0, mask: i - begin })),
      })),
  };
}

/** Numbers of an earlier run; null if there are none, or others. */
function keptScores(value: unknown, count: number): number[] | null {
  const isScores =
    Array.isArray(value) && value.length === count && value.every((one) => typeof one === 'number');
  return isScores ? (value as number[]) : null;
}
