/**
 * Opens a device before its model is known: the command line does this first, so that the device
 * opens and kernels compile while the rest of the program loads. Node only.
 */
import { type Gpu, openGpu } from '../gpu/device';
import type { KernelName } from '../gpu/kernels';
import { nodeGpu } from '../gpu/node';
import { compile } from '../gpu/pipelines';

/** Kernels that almost every model's first question uses, whatever its weights. */
const COMMON: readonly KernelName[] = ['norm', 'attend', 'mix', 'metric', 'edit', 'copy_rows', 'add'];

/** An error surfaces only when the device is requested. */
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
