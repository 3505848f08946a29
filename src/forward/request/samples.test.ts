import { describe, expect, it } from 'vitest';
import { allResultIds, checkSampled, expandSamples, idsReadBy, sequenceCount } from './samples';
import type { Run } from './types';

const noise = { kind: 'noise', stream: 'mt19937-polar', seed: 1, scale: 2, draw: 3 } as const;
const place = { site: 'hook_embed', rows: [1] } as const;

const clean: Run = { id: 'clean', tokens: [1, 2, 3] };
const noised: Run = {
  id: 'noised',
  base: 'clean',
  samples: [0, 3],
  edits: [{ ...place, op: 'add', source: noise }],
};

describe('runs of samples', () => {
  it('are one run each, with the draws from the first on', () => {
    const [first, ...rest] = expandSamples([clean, noised]);
    expect(first).toBe(clean);
    expect(rest.map(({ id, base, samples }) => [id, base, samples])).toEqual([
      ['noised.0', 'clean', undefined],
      ['noised.1', 'clean', undefined],
      ['noised.2', 'clean', undefined],
    ]);
    expect(rest.map(({ edits }) => edits![0]!.source)).toEqual([3, 4, 5].map((draw) => ({ ...noise, draw })));
  });

  it('count draws by the sample, not by its place in the list', () => {
    const [run] = expandSamples([{ ...noised, base: 'clean', samples: [7, 8] }]);
    expect([run!.id, run!.edits![0]!.source]).toEqual(['noised.7', { ...noise, draw: 10 }]);
  });

  it('take the samples of the base, and the same sample of every run that has samples', () => {
    const restored: Run = {
      id: 'restored',
      base: 'noised',
      edits: [
        { ...place, op: 'set', source: { kind: 'run', run: 'clean' } },
        { ...place, op: 'set', source: { kind: 'run', run: 'noised', rows: [2] } },
        { ...place, op: 'set', source: { kind: 'mean', runs: ['clean', 'noised'] } },
        { ...place, op: 'scale', alpha: 2 },
      ],
      cuts: [
        { senders: ['input'], receiver: 'logits', source: { kind: 'run', run: 'noised' } },
        { senders: ['m0'], receiver: 'logits' },
      ],
    };
    const run = expandSamples([clean, noised, restored]).find(({ id }) => id === 'restored.1')!;
    expect(run.base).toBe('noised.1');
    expect(run.edits!.map(({ source }) => source)).toEqual([
      { kind: 'run', run: 'clean' },
      { kind: 'run', run: 'noised.1', rows: [2] },
      { kind: 'mean', runs: ['clean', 'noised.1'] },
      undefined,
    ]);
    expect(run.cuts!.map(({ source }) => source)).toEqual([{ kind: 'run', run: 'noised.1' }, undefined]);
  });

  it('may be some of the base’s', () => {
    const ids = expandSamples([clean, noised, { id: 'x', base: 'noised', samples: [1, 3] }]).map(
      ({ id, base }) => [id, base],
    );
    expect(ids.slice(4)).toEqual([
      ['x.1', 'noised.1'],
      ['x.2', 'noised.2'],
    ]);
  });

  it('leave runs without samples as they are', () => {
    const runs = [clean, { id: 'b', base: 'clean' }];
    expect(expandSamples(runs)).toEqual(runs);
  });
});

describe('samples that cannot be', () => {
  it.each([
    [[2, 2], "run 'noised': samples, got [2, 2), expected whole numbers, the smaller first."],
    [[3, 1], 'got [3, 1)'],
    [[-1, 1], 'got [-1, 1)'],
    [[0, 1.5], 'got [0, 1.5)'],
  ] as const)('[%s)', (samples, message) => {
    expect(() => expandSamples([clean, { ...noised, samples }])).toThrow(message);
  });

  it('are read of a run that lacks them', () => {
    const late: Run = { id: 'late', base: 'clean', samples: [2, 4], edits: [] };
    const source = { kind: 'run', run: 'noised' } as const;
    const run = { ...late, edits: [{ ...place, op: 'set' as const, source }] };
    expect(() => expandSamples([clean, noised, run])).toThrow(
      "run 'late': reads sample 3 of run 'noised', expected 0 to 2.",
    );
    expect(() => expandSamples([clean, noised, { ...late, base: 'noised' }])).toThrow('reads sample 3');
  });
});

describe('ids and counts of samples', () => {
  const restored: Run = { id: 'restored', base: 'noised' };
  const runs = [clean, noised, restored, { id: 'one', base: 'noised', samples: [1, 2] } as const];

  it('follow the base', () => {
    const three = (id: string) => [0, 1, 2].map((sample) => `${id}.${sample}`);
    expect(allResultIds(runs)).toEqual(['clean', ...three('noised'), ...three('restored'), 'one.1']);
    expect(sequenceCount(runs)).toBe(8);
    expect(allResultIds(runs)).toEqual(expandSamples(runs).map(({ id }) => id));
  });

  it('say what is read of another run: the same sample, or its one sequence', () => {
    const ours = { id: 'a', samples: [1, 3] } as const;
    expect(idsReadBy(ours, { id: 'b', samples: [0, 5] })).toEqual(['b.1', 'b.2']);
    expect(idsReadBy(ours, { id: 'b', samples: null })).toEqual(['b', 'b']);
    expect(idsReadBy({ id: 'a', samples: null }, { id: 'b', samples: null })).toEqual(['b']);
  });

  it('are checked where a run reads another', () => {
    const check = (samples: readonly [number, number] | null) => () => {
      checkSampled({ id: 'x', samples }, { id: 'clean', samples: null });
      checkSampled({ id: 'x', samples }, { id: 'noised', samples: [0, 3] });
    };
    expect(check([1, 3])).not.toThrow();
    expect(check([2, 4])).toThrow(
      "run 'x': reads run 'noised' sample by sample, got samples [2, 4), expected some of [0, 3).",
    );
    expect(check(null)).toThrow('got samples none, expected some of [0, 3).');
    expect(() => checkSampled({ id: 'x', samples: [4, 9] }, { id: 'clean', samples: null })).not.toThrow();
  });
});
