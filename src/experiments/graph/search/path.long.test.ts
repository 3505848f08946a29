/** Path search on the other planted circuits, and the backup head over its whole set. */
import { describe, expect, it } from 'vitest';
import { loadTruth, type TaskTruth } from '../../../forward/testing/planted';
import { keptOf, openGraphs } from '../../testing/graphs';

const { find } = await openGraphs('planted');
const truth = await loadTruth('planted');
const tasks: readonly TaskTruth[] = Object.values(truth.tasks!);
/** A mean over few prompts is close to some of their own values. */
const take = { corrupted: 4, zero: 4, mean: 8 };

describe.each(tasks.map((task) => [task.set, task] as const))('paths: %s', (set, task) => {
  it.each(['corrupted', 'zero', 'mean'] as const)(
    'finds the planted edges and no other: %s',
    async (ablation) => {
      const document = await find({ ablation, set: { name: set, take: take[ablation], seed: 1 } });
      expect(keptOf(document)).toEqual(new Set(task.edges[ablation]));
    },
  );
});

it('the backup head leaves found what docs/graphs.md says: mean over the whole set', async () => {
  const backup = await openGraphs('backup');
  const document = await backup.find({ ablation: 'mean', rule: 'paired', set: { name: 'planted-recall' } });
  expect(keptOf(document)).toEqual(new Set(['input->m0', 'm0->a1.h0<v>', 'a1.h0->logits']));
});
