/** A lab over an engine, for tests of experiments. */
import type { NetLab } from '../../../experiments/net/experiment';
import type { NetEngine, NetInfo } from '../api';
import { classCount } from '../classes';

export const labOf = (
  engine: NetEngine,
  { spec }: NetInfo,
  images: readonly Float32Array[] = [],
  more: Partial<NetLab> = {},
): NetLab => ({
  net: spec,
  classes: classCount(spec),
  label: (id) => `class ${id}`,
  images,
  ask: async ({ images: own = images, runs, reads, masks }) => {
    const request = { images: own, runs, ...(reads && { reads }), ...(masks && { masks }) };
    return (await engine.run('test', request)).tensors;
  },
  show: () => {},
  kept: () => undefined,
  keep: async () => {},
  ...more,
});
