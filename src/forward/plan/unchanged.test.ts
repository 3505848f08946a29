import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createReferenceForward } from '../reference/forward';
import { deadAndLiveRuns, loadGolden } from '../testing';

it('a run that changed nothing says so, and whether that was known', async () => {
  const golden = await loadGolden('tiny-a', async (path) => new Uint8Array(await readFile(path)).buffer);
  const forward = createReferenceForward(golden.spec, (name) => golden.weights.get(name)!);
  const { runs, expected } = deadAndLiveRuns();
  for (const reuse of ['naive', 'wavefront'] as const) {
    const results = (await forward({ runs, reuse })).runs;
    const said = Object.fromEntries(runs.map(({ id }) => [id, results[id]!.unchanged]));
    expect(said).toEqual(expected);
  }
});
