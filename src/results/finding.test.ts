import { describe, expect, it } from 'vitest';
import { traceWords } from './finding';
import { plainText } from './format';
import golden from './golden/trace-v1.json';
import { parseDocument } from './parse';
import type { OldKind, OldTrace } from './testing/sampleDocument';

/** The golden trace in version 2: no intervals. */
const old = JSON.parse(JSON.stringify(golden), (name, value: unknown) => {
  if (name === 'interval') return undefined;
  if (name === 'peak' && value) return { ...value, overNoise: null };
  return value;
}) as OldTrace;
const document: OldTrace = {
  ...old,
  version: 2,
  intervals: { varies: 'noise', draws: 10, rule: 'none', hatching: 'none' },
};

/** The golden document with changed fields, also in its spec. */
function variant(change: Partial<OldTrace>, spec: Record<string, unknown> = {}): OldTrace {
  return { ...structuredClone(document), ...change, spec: { ...document.spec, ...spec } };
}

/** The golden hidden states, with a statement on other noise. */
function overNoise(change: object): OldKind {
  const hidden = structuredClone(document.kinds.hidden!);
  const test = {
    by: 'logprob' as const,
    effect: 1.2,
    interval: [0.4, 2] as [number, number],
    rule: 'max-t' as const,
    family: 12,
    share: 0.97,
    alike: [],
    ...change,
  };
  return { ...hidden, peak: { ...hidden.peak!, overNoise: test } };
}

const words = (doc: OldTrace) => traceWords(parseDocument(doc));
const sentence = (doc: OldTrace) => plainText(words(doc).finding);
const notes = (doc: OldTrace) => plainText(words(doc).notes.join('\n'));

describe('finding', () => {
  it('says what was restored, from what to what, how sure, and how much of the loss', () => {
    expect(sentence(document)).toBe(
      'Restoring the last piece of *France* after block 0 raises p(*Paris*) from 8 % to 22.3 % ' +
        '(10 noise draws; 16 % of what was lost).',
    );
    expect(words(document)).toMatchObject({ title: 'France → Paris' });
    expect(words(document).warning).toBeUndefined();
  });

  it('tells when the last token alone carries the answer', () => {
    const arrival =
      'Restoring the last token alone brings back more than half of what was lost from block 1 on.';
    expect(words(document).notes).toContain(arrival);
    const { mlp } = document.kinds;
    expect(words(variant({ kinds: { mlp: mlp! } })).notes).not.toContain(arrival);
  });

  it('speaks of MLP and attention outputs and their window', () => {
    const { mlp } = document.kinds;
    expect(sentence(variant({ kinds: { mlp: mlp! } }))).toMatch(
      /^Restoring the MLP output at the last token, \*is\*, in block 1 raises p\(\*Paris\*\) from 8 % to 30 % \(10 noise draws; 25 %/,
    );
    const window = {
      rule: 'fixed',
      size: 2,
      layers: [
        [0, 2],
        [0, 2],
      ],
    };
    expect(sentence(variant({ kinds: { attn: mlp! } }, { window }))).toMatch(
      /^Restoring the attention outputs at the last token, \*is\*, in blocks 0 to 1 raises/,
    );
  });

  it('shows what the draws span', () => {
    const { hidden } = structuredClone(document.kinds);
    const around = (row: number[]) => row.map((x): [number, number] => [x * 0.9, x * 1.1004]);
    const range = hidden!.restored.map(around);
    const groups = hidden!.groups.map((group) => ({ ...group, range: around(group.restored) }));
    expect(sentence(variant({ kinds: { hidden: { ...hidden!, range, groups } } }))).toMatch(
      /from 8 % to 22.3 % \(10 noise draws; from 20 to 24; 16 % of what was lost\)\.$/,
    );
  });

  it.each([
    ['logprob', /raises log p\(\*Paris\*\) from 0.0802 to 0.223 \(\+0.142 nats \[0.1, 0.2\]; 10 noise draws/],
    [
      'logit-diff',
      /raises the logit difference \*Paris\* - \*Lyon\* from 0.0802 to 0.223 \(\+0.142 logits \[0.1, 0.2\]/,
    ],
  ] as const)('words %s in its own unit, with the interval that holds for it', (metric, expected) => {
    const kinds = { hidden: overNoise({ by: metric, interval: [0.1, 0.2] }) };
    const doc = variant(
      { metric, distractor: { id: 640, token: ' Lyon' }, kinds },
      { metric, distractor: { id: 640 } },
    );
    expect(sentence(doc)).toMatch(expected);
  });

  it('counts ranks downwards', () => {
    const { hidden } = structuredClone(document.kinds);
    const flip = (rows: number[][]) => rows.map((row) => row.map((x) => -100 * x));
    const doc = variant(
      {
        metric: 'rank',
        clean: { metric: 0, p: 0.96 },
        corrupted: { metric: 90, p: 0.08 },
        kinds: {
          hidden: {
            ...hidden!,
            effect: flip(hidden!.effect),
            restored: hidden!.effect.map((r) => r.map((x) => 90 - 100 * x)),
            peak: { row: 5, layer: 0, effect: -14.23, overNoise: null },
          },
        },
      },
      { metric: 'rank' },
    );
    expect(sentence(doc)).toMatch(
      /^Restoring the last piece of \*France\* after block 0 lowers the number of tokens ranked above \*Paris\* from 90 to 75.8 \(10 noise draws; 16 % of what was lost\)\.$/,
    );
  });

  it('says how little stands behind one draw, or none', () => {
    const intervals = { ...document.intervals, draws: 1 };
    const noise = { ...(document.spec.corruption as object), samples: 1 };
    expect(sentence(variant({ intervals }, { corruption: noise }))).toContain('(one noise draw; 16 % of');
    const tokens = { type: 'tokens', tokens: document.spec.tokens };
    const replaced = variant({ intervals: { ...intervals, varies: 'nothing' } }, { corruption: tokens });
    expect(sentence(replaced)).toContain('(one replaced prompt; 16 % of');
  });

  it('says what other noise would give, of which cells at once, and how sure the name is', () => {
    const kinds = { hidden: overNoise({ interval: [0.4, 2], alike: [[4, 1]] }) };
    const beyond =
      'Over the noise, log p moves by +1.2 nats [0.4, 2] there: 95 % for all 12 cells at once (max-t). ' +
      '97 % of resampled draws name this cell. 1 other cell cannot be told from it.';
    expect(notes(variant({ kinds }))).toContain(beyond);
    expect(notes(document)).not.toContain('Over the noise');
  });

  it.each([
    ['the interval includes 0', { interval: [-0.2, 2] as [number, number] }, false],
    ['the cell is hatched', { interval: [0.4, 2] as [number, number] }, true],
  ])('claims nothing when %s', (_, test, isHatched) => {
    const hidden = overNoise(test);
    const hatched = hidden.effect.map((row, t) => row.map((__, l) => isHatched && t === 5 && l === 0));
    const groups = hidden.groups.map((group) => ({ ...group, hatched: group.effect.map(() => false) }));
    const doc = variant({
      kinds: { hidden: { ...hidden, hatched, groups } },
      intervals: { ...document.intervals, hatching: 'logprob' },
    });
    expect(sentence(doc)).toBe(
      'No single hidden state is shown to bring *Paris* back: the largest effect is that restoring the last piece of ' +
        '*France* after block 0 takes p(*Paris*) from 8 % to 22.3 % (10 noise draws; 16 % of what was lost).',
    );
  });

  it('calls a group of all tokens the prompt', () => {
    const { hidden } = structuredClone(document.kinds);
    const groups = hidden!.groups.map((group) => ({ ...group, name: 'all', rows: [0, 1, 2, 3] }));
    expect(notes(variant({ kinds: { hidden: { ...hidden!, groups } } }))).toMatch(
      /Restoring all of the prompt together after block \d/,
    );
  });

  it('has nothing to restore where nothing was lost', () => {
    const doc = variant({ clean: { metric: 0.081, p: 0.081 } });
    expect(sentence(doc)).toBe(
      'Corrupting *France* does not lower p(*Paris*) (from 8.1 % to 8 %), so there is nothing to restore.',
    );
  });

  it('is not at a loss without kinds', () => {
    expect(sentence(variant({ kinds: {} }))).toBe('Nothing has been traced yet.');
  });

  it('says so when the model does not know the fact', () => {
    const unknown = variant({
      known: false,
      predicted: { id: 640, token: ' Lyon', p: 0.43 },
      clean: { metric: 0.12, p: 0.12 },
    });
    expect(plainText(words(unknown).warning!)).toBe(
      'The model does not know this: it says *Lyon* (43 %), and gives *Paris* 12 %.',
    );
    const unsure = variant({ known: false, predicted: { id: 812, token: ' Paris', p: 0.43 } });
    expect(plainText(words(unsure).warning!)).toBe(
      'The model does not know this for sure: it says *Paris*, but with 43 % only.',
    );
  });

  it('names first and middle pieces, one-token subjects, and other tokens', () => {
    const at = (row: number, subject = { begin: 4, end: 6 }) => {
      const restored = document.tokens.map((_, t) => [t === row ? 0.58 : 0.08, 0.08]);
      const peak = { row, layer: 0, effect: 0.5, overNoise: null };
      const kinds = { hidden: { ...document.kinds.hidden!, restored, peak } };
      return sentence(variant({ kinds }, { subject }));
    };
    expect(at(4)).toMatch(/^Restoring the first piece of \*France\* after/);
    expect(at(4, { begin: 3, end: 6 })).toMatch(/^Restoring piece 2 of \*of France\* after/);
    expect(at(2, { begin: 2, end: 3 })).toMatch(/^Restoring \*capital\* after/);
    expect(at(3)).toMatch(/^Restoring \*of\* after/);
    expect(at(0)).toMatch(/^Restoring the start token after/);
  });
});
