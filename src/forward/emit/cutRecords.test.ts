import { describe, expect, it } from 'vitest';
import { RECORD_WORDS } from '../../gpu/kernels/cuts';
import { gpt2Spec } from '../../model/testing';
import { resolveRuns } from '../request/resolve';
import type { Cut } from '../request/types';
import { CutRecords, type SendersAt } from './cutRecords';

const spec = gpt2Spec({ nLayers: 12, nHeads: 12, nKvHeads: 12, dModel: 48, dHead: 4, dMlp: 8 });
const edits = (cuts: readonly Cut[]) => resolveRuns(spec, [{ id: 'a', tokens: [1, 2], cuts }])[0]!.own;

/** The heads of blocks 0 to 2, preceded by the input. */
const sites: SendersAt[] = [
  { key: 'blocks.0.hook_resid_pre', stage: 0, first: 0, count: 1, index: 0, neuronsOf: null },
  ...[0, 1, 2].map((l) => ({
    key: `blocks.${l}.attn.hook_result`,
    stage: 2 * l,
    first: 1 + 12 * l,
    count: 12,
    index: 1 + l,
    neuronsOf: null,
  })),
];
const open = () => new CutRecords('masks', sites, spec.dModel, true);

describe('records of cuts', () => {
  it('have a bit for each sender, the lowest first, and count them by site', () => {
    const records = open();
    const [record] = records.of(
      edits([{ senders: ['input', 'a0.h11', 'a2.h6', 'a2.h7'], receiver: 'logits' }]),
    );
    expect(records.bitWords).toBe(2);
    expect([...record!.counts]).toEqual([1, 1, 0, 2]);
    const words = RECORD_WORDS + 2;
    const [share, constant, low, high] = records.data.subarray(record!.index * words);
    expect([share, constant]).toEqual([0x3f800000, 0]);
    expect(low).toBe((2 ** 0 + 2 ** 12 + 2 ** 31) >>> 0);
    expect(high).toBe(2 ** 0);
    expect([...records.data.subarray(0, words)]).toEqual([0, 0, 0, 0]);
  });

  it('are one for cuts that stand together, however often, and one for each share', () => {
    const records = open();
    const both = edits([
      { senders: ['input'], receiver: 'm4' },
      { senders: ['a0.h0', 'a1.h0'], receiver: 'm4' },
      { senders: ['a1.h1'], receiver: 'm4', beta: 0.25 },
    ]);
    const found = records.of(both);
    expect(found.map(({ counts }) => [...counts])).toEqual([
      [1, 1, 1, 0],
      [0, 0, 1, 0],
    ]);
    expect(records.of([...both])).toBe(found);
    expect(records.of([both[0]!])).toBe(records.of([both[0]!]));
    expect(records.data.length).toBe((1 + 3) * (RECORD_WORDS + 2));
  });

  it('hold what constants put in place of all their senders, neurons among them', () => {
    const records = open();
    const source = { kind: 'constant', value: 0.5 } as const;
    const [record] = records.of(
      edits([{ senders: ['input', 'm0.n1', 'm0.n2'], receiver: 'm4', beta: 0.5, source }]),
    );
    const floats = new Float32Array(records.data.slice().buffer);
    expect([...floats.subarray(record!.index * 4, record!.index * 4 + 2)]).toEqual([0.5, 0.75]);
    expect([...record!.counts]).toEqual([1, 0, 0, 0]);
  });
});
