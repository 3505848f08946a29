/**
 * A device that is opened before it is known what for: the command line does this first, so that the device opens and
 * kernels compile while the rest of the program is read. Node only.
 */
import { type Gpu, openGpu } from '../gpu/device';
import type { KernelName } from '../gpu/kernels';
import { nodeGpu } from '../gpu/node';
import { compile } from '../gpu/pipelines';

/** What the first question of nearly every model uses, whatever its weights. */
const COMMON: readonly KernelName[] = ['norm', 'attend', 'mix', 'metric', 'edit', 'copy_rows', 'add'];

/** An error waits until the device is asked for. */
export function openAhead(): Promise<Gpu> {
  const ahead = nodeGpu().then((gpu) => openGpu({ gpu }));
  ahead
    .then((gpu) =>
      compile(
        gpu,
        COMMON.map((kernel) => ({ kernel })),
      ),
    )
    .catch(() => undefined);
  return ahead;
}
