/** Our float64 reference against TransformerLens's grids and PyTorch's path patching. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type PatchingGolden, patchingErrors, type PathGolden, pathErrors } from './patchingGoldens';
import { openGolden } from './study';

/** Tolerance of a logit difference; the goldens are float32 passes. */
const BAR = 1e-4;

const read = <T>(model: string, name: string) =>
  JSON.parse(readFileSync(`reference/goldens/experiments/${model}/${name}.json`, 'utf8')) as T;

const report = (line: string) => process.stdout.write(`${line}\n`);

describe.each(['tiny-a', 'tiny-llama'])('%s', (model) => {
  it.each(['denoise', 'noise'] as const)('has the grids of TransformerLens: %s', async (direction) => {
    const golden = await openGolden(model);
    const errors = await patchingErrors(golden, read<PatchingGolden>(model, 'patching'), direction);
    for (const [grid, error] of Object.entries(errors)) {
      report(
        `${model} ${direction} ${grid}: largest difference ${error.toExponential(1)} logits (bar ${BAR})`,
      );
      expect(error, grid).toBeLessThan(BAR);
    }
    expect(Object.keys(errors).length).toBe(16);
  });

  it.each([
    ['noise', 'recomputed'],
    ['noise', 'frozen'],
    ['denoise', 'recomputed'],
    ['denoise', 'frozen'],
  ] as const)('has the paths of the three passes: %s, MLPs %s', async (direction, mlps) => {
    const golden = await openGolden(model);
    const { worst, paths } = await pathErrors(
      golden,
      read<PathGolden>(model, 'path_patching'),
      direction,
      mlps,
    );
    report(
      `${model} ${direction} ${mlps}: ${paths} paths, largest difference ${worst.toExponential(1)} logits`,
    );
    expect(worst).toBeLessThan(BAR);
  });
});
