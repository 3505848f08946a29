/** The kernels of a model's first questions, compiled while the model opens. */
import type { KernelRef } from '../../gpu/pipelines';
import { blockOutput } from '../../model/sites';
import type { ModelSpec } from '../../model/spec';
import type { EmitOptions } from '../emit/context';
import type { Run } from '../request/types';
import { kernelsOf } from './kernels';
import { planForward } from './plan';

/** Kernels for a forward pass, and for restoring one of its states in a corrupted pass. */
export function firstKernels(spec: ModelSpec, options: EmitOptions): readonly KernelRef[] {
  const site = blockOutput(spec, 0);
  const metric = { row: 1, answer: 0 };
  const asked = spec.head === 'none' ? { captures: [{ site }] } : { metric };
  const clean: Run = { id: 'clean', tokens: [0, 0], ...asked };
  const noise = { site: 'hook_embed', rows: [0], op: 'add', source: { kind: 'constant', value: 1 } } as const;
  const restored = { site, rows: [0], op: 'set', source: { kind: 'run', run: 'clean' } } as const;
  const runs: Run[] = [
    clean,
    { id: 'corrupted', base: 'clean', edits: [noise], ...asked },
    { id: 'restored', base: 'corrupted', edits: [restored], ...asked },
  ];
  return kernelsOf(planForward(spec, { runs, reuse: 'wavefront' }, options).sweeps);
}
