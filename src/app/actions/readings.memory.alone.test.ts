/** Host memory of attention maps: GPT-2 small, 1,024 tokens, 12 x 12 heads, a fake GPU. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { captureRuns } from '../../engine/capture';
import { openStubModel } from '../../engine/testing/stubModel';
import { groupCount } from '../../model/pooling';
import { selectAttention } from '../../panels/attention/select';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { createFakeLoci, MODEL } from '../testing';
import { draftOf } from '../question';
import { addResult } from './findings';
import { loadHead, mapOf } from './readings';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const T = 1024;
const MIB = 2 ** 20;
const MOST = 100 * MIB;
/** Small maps, four full heads, and their extras. */
const KEPT = 32 * MIB;

it('stays under 100 MiB, engine and page together', async () => {
  const { spec, backend, stub } = await openStubModel('gpt2-small');
  const { loci, engine } = createFakeLoci();
  const model = { ...MODEL, spec };
  loci.status.setState({ model });
  let most = 0;
  engine.capture = async (request) => {
    const { runs } = await backend.forward({ runs: captureRuns(request), reuse: 'wavefront' });
    // Copied as between the engine's thread and the page.
    const copies = structuredClone(runs.run!.captures);
    most = Math.max(most, used());
    return copies;
  };
  const { id, title, revision, sha256 } = model;
  const sample = sampleDocument({ T, kinds: ['hidden'] });
  const document = { ...sample, model: { ...sample.model, id, title, revision, sha256 } };
  const asked = draftOf(document);
  const before = used();
  const readings = () => loci.status.getState().readings;

  addResult(loci, document, asked);
  await expect.poll(readings).not.toBeNull();
  const { patterns, heads, pool } = readings()!;
  const view = selectAttention(patterns, heads, groupCount(T, pool), true);
  expect([view.layers, view.heads, view.size]).toEqual([12, 12, 62]);
  expect(stub.counters().readBytes).toBe(4 * 12 * 12 * 62 ** 2);

  stub.reset();
  for (let head = 0; head < 12; head++) {
    await loadHead(loci, { layer: head, head });
    expect(mapOf(readings()!, { layer: head, head })).toMatchObject({ pool: 1 });
  }
  expect(mapOf(readings()!, { layer: 0, head: 0 }).pool).toBe(pool);
  expect(readings()!.maps).toHaveLength(4);
  expect(stub.counters().readBytes).toBe(12 * 4 * T * T);
  expect(used() - before).toBeLessThan(KEPT);
  expect(most - before).toBeLessThan(MOST);
});

/** Live memory only: garbage collection is up to the engine. */
function used(): number {
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
