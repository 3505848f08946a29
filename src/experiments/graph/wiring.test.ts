import { describe, expect, it } from 'vitest';
import { openGolden } from '../testing/study';
import { edgesOf, edgeName } from '../../model/edges';
import { liveEdges, overlaps, wiringOf } from './wiring';

const { spec: model } = await openGolden('planted');
const grouped = { ...model, nHeads: 4, nKvHeads: 2 };

/** A space's edges; with `places`, each at that many positions. */
function framed(spec: typeof model, places?: number) {
  const plain = edgesOf(spec);
  const edges = plain.flatMap((edge) =>
    places === undefined
      ? [{ ...edge, name: edgeName(edge) }]
      : Array.from({ length: places }, (_, at) => ({ ...edge, at, name: `${edgeName(edge)}@${at}` })),
  );
  const wiring = wiringOf({ edges, model: spec });
  const indices = (names: readonly string[]) =>
    names.map((name) => {
      const e = edges.findIndex((edge) => edge.name === name);
      expect(e, name).toBeGreaterThanOrEqual(0);
      return e;
    });
  return {
    live: (names: readonly string[]) => liveEdges(wiring, indices(names)).map((e) => edges[e]!.name),
    pairs: (names: readonly string[]) => {
      const chosen = indices(names).sort((a, b) => a - b);
      return overlaps(wiring, chosen).map(([a, b]) => [edges[chosen[a]!]!.name, edges[chosen[b]!]!.name]);
    },
  };
}

describe('edges on a path from the input to the logits', () => {
  it.each<[string, string[], string[]]>([
    ['nothing', [], []],
    ['the direct path', ['input->logits'], ['input->logits']],
    ['nobody feeds the sender', ['a0.h0->logits', 'input->logits'], ['input->logits']],
    ['nobody hears the receiver', ['input->m0', 'input->logits'], ['input->logits']],
    [
      'a chain, whatever its order',
      ['a0.h0->m1', 'm1->logits', 'input->a0.h0<q>'],
      ['input->a0.h0<q>', 'a0.h0->m1', 'm1->logits'],
    ],
    ['a chain with a gap', ['input->a0.h0<v>', 'a0.h0->m1', 'm2->logits'], []],
    [
      'a branch that ends nowhere',
      ['input->m0', 'm0->a1.h0<q>', 'm0->logits', 'a1.h0->m1'],
      ['input->m0', 'm0->logits'],
    ],
  ])('%s', (_, names, expected) => {
    expect(framed(model).live(names)).toEqual(expected);
  });

  it('feeds every head that shares keys and values', () => {
    const names = ['input->a0.h1<v>', 'a0.h1->logits', 'a0.h2->logits', 'a0.h3->logits'];
    const expected = ['input->a0.h1<v>', 'a0.h2->logits', 'a0.h3->logits'];
    expect(framed(grouped).live(names)).toEqual(expected);
  });

  it('goes from place to place over keys and values alone, and only forward', () => {
    const { live } = framed(model, 3);
    const forward = ['input->a0.h0<v>@0', 'a0.h0->logits@2'];
    expect(live(forward)).toEqual(forward);
    expect(live(['input->a0.h0<v>@2', 'a0.h0->logits@1'])).toEqual([]);
    expect(live(['input->a0.h0<q>@0', 'a0.h0->logits@2'])).toEqual([]);
    expect(live(['input->m0@0', 'm0->logits@2'])).toEqual([]);
  });
});

describe('pairs that overlap', () => {
  it('share an end or lie on one path', () => {
    const chain = ['input->m0', 'm0->a1.h1<v>', 'a1.h1->logits'];
    expect(framed(model).pairs(chain)).toEqual([
      [chain[0], chain[1]],
      [chain[0], chain[2]],
      [chain[1], chain[2]],
    ]);
    expect(framed(model).pairs(['input->a0.h0<q>', 'm0->a1.h1<v>'])).toEqual([]);
    // Two inputs of one head; two readers of one sender.
    expect(framed(model).pairs(['input->a1.h0<q>', 'm0->a1.h0<k>'])).toHaveLength(1);
    expect(framed(model).pairs(['m0->a1.h0<q>', 'm0->a1.h1<k>'])).toHaveLength(1);
  });
});
