import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { familyOf } from '../../model/families';
import { firstKernels } from './firstKernels';

const goldens = new URL('../../../reference/goldens/', import.meta.url);
const configOf = (name: string): URL => new URL(`${name}/config.json`, goldens);
const models = readdirSync(goldens).filter((name) => existsSync(configOf(name)));

it.each(models)('%s has kernels of its first questions, a product among them', (name) => {
  const config: unknown = JSON.parse(readFileSync(configOf(name), 'utf8'));
  const spec = familyOf(config).parseConfig(config);
  for (const weightFormat of ['f32', 'f16'] as const) {
    const kernels = firstKernels(spec, { maxBindingBytes: 2 ** 27, weightFormat }).map(
      ({ kernel }) => kernel,
    );
    expect(new Set(kernels).size).toBe(kernels.length);
    expect(
      kernels.some(
        (kernel) => kernel.startsWith('gemm') && kernel.endsWith('_f16') === (weightFormat === 'f16'),
      ),
    ).toBe(true);
    // Far fewer than exist.
    expect(kernels.length).toBeLessThan(18);
  }
});
