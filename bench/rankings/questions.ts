/** Prompts that chose nothing: of Atlas's sets, without those of the other measurements. */
import type { ResolveContext } from '../../src/experiments/common/prompt';
import type { StudyCase } from '../../src/experiments/common/spec';
import { parseTaskSet, type SetItem, takeItems } from '../../src/experiments/common/set';
import { patchingExperiment } from '../../src/experiments/activation-patching/experiment';

/** Items of each set with seed 1 that measurements of graphs ask, and how many others are judged. */
export const SETS = { capitals: { chose: 24, judge: 32 }, 'two-hop': { chose: 29, judge: 40 } } as const;
export type SetName = keyof typeof SETS;

const GRIDS = [
  'attn_head_out_by_pos',
  'attn_head_q_by_pos',
  'attn_head_k_by_pos',
  'attn_head_v_by_pos',
  'mlp_out',
] as const;

/** The prompts of the other measurements, and those that are judged. */
export async function casesOf(name: SetName, context: ResolveContext) {
  const { chose, judge } = SETS[name];
  const whole = parseTaskSet(await context.readSet(name), name);
  const first = takeItems(whole, chose, 1).map(({ item }) => item);
  const prompts = new Set(first.map(({ prompt }) => prompt));
  const others = whole.items.filter((one) => !prompts.has(one.prompt));
  const resolved = async (from: readonly SetItem[], take: number): Promise<readonly StudyCase[]> => {
    const items = from.filter((one) => one.corrupted && one.distractor);
    const set = { name, take: Math.min(take, items.length), seed: 1 };
    const asked = { version: 1, kind: 'activation-patching', set, onMisaligned: 'skip' };
    const only = { ...context, readSet: async () => JSON.stringify({ name, items }) };
    return (await patchingExperiment.resolve(asked, only)).cases;
  };
  return { chose: await resolved(first, chose), judge: await resolved(others, judge) };
}

/** A question about one prompt, with whatever `fields` change. */
export const questionOf = (one: StudyCase, fields: object) =>
  patchingExperiment.parseSpec({
    ...{ version: 1, kind: 'activation-patching', model: { id: 'atlas', revision: 'builtin' } },
    ...{ bos: true, scale: 'raw', onlyKnown: true, grids: GRIDS, cases: [one] },
    ...fields,
  });
