import { describe, expect, it } from 'vitest';
import { hatchingRule } from './certainty';
import golden from './golden/trace-v1.json';
import golden2 from './golden/trace-v2.json';
import { assertContiguous, migrate, type Migration, migrations } from './migrations';
import { parseDocument } from './parse';
import { asTrace, DOCUMENT_VERSION } from './document';
import { sampleDocument } from './testing/sampleDocument';

// biome-ignore lint/suspicious/noExplicitAny: it is broken on purpose
const broken = (change: (document: any) => void): unknown => {
  const copy = structuredClone(golden);
  change(copy);
  return copy;
};

// biome-ignore lint/suspicious/noExplicitAny: it is broken on purpose
const broken2 = (change: (document: any) => void): unknown => {
  const copy = structuredClone(golden2);
  change(copy);
  return copy;
};

describe('parseDocument', () => {
  it('reads the document of version 1 that must stay readable for ever', () => {
    const document = asTrace(parseDocument(golden));
    expect(document.kinds.hidden?.effect[5]).toEqual([0.1423, 0.0612]);
    const { corrupted, kinds, ...rest } = golden;
    expect(document).toMatchObject({ ...rest, version: 2, clean: golden.clean });
    expect(document.kinds.mlp?.restored).toEqual(kinds.mlp.restored);
    expect(document.corrupted).toEqual({ metric: corrupted.metric, p: corrupted.p });
  });

  it('keeps no interval of version 1, and says so', () => {
    const document = asTrace(parseDocument(golden));
    expect(JSON.stringify(document)).not.toContain('"interval"');
    expect(document.intervals).toMatchObject({ varies: 'noise', draws: 10, rule: 'none', hatching: 'none' });
    expect(document.intervals.notes?.join()).toMatch(/earlier version.*left out/);
    expect(hatchingRule(document)).toMatch(/^Nothing is hatched\.$/);
  });

  it('reads the document of version 2, draws and what was tightened included', () => {
    expect(parseDocument(golden2)).toEqual(golden2);
  });

  it('reads what samples of every metric look like', () => {
    for (const metric of ['p', 'logprob', 'logit-diff', 'rank'] as const) {
      for (const samples of [10, 1, null]) {
        const document = sampleDocument({ metric, samples });
        expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
      }
    }
  });

  it.each([
    ['no object', () => 'hello', /^document: not a Loci document, got "hello", expected a JSON object\.$/],
    ['an array', () => [], /got \[\], expected a JSON object/],
    ['another format', () => broken((d) => (d.format = 'graph')), /not a Loci document, got format "graph"/],
    ['no format', () => ({}), /got format nothing, expected "loci"/],
    [
      'a future version',
      () => broken((d) => (d.version = 7)),
      /newer Loci, got version 7, expected at most 2.*Update/,
    ],
    ['version 0', () => broken((d) => (d.version = 0)), /wrong version, got 0, expected an integer from 1/],
    ['version "1"', () => broken((d) => (d.version = '1')), /wrong version, got "1"/],
    [
      'a text for a number',
      () => broken((d) => (d.clean.p = 'x')),
      /^document: clean\.p: wrong value, got "x", expected type number\.$/,
    ],
    [
      'a missing field',
      () => broken((d) => delete d.answer),
      /^document: answer: wrong value, got nothing, expected type object\.$/,
    ],
    [
      'another metric',
      () => broken((d) => (d.metric = 'loss')),
      /metric: wrong value, got "loss", expected "p" or/,
    ],
    [
      'a number that is none',
      () => broken((d) => (d.kinds.hidden.effect[2][1] = null)),
      /kinds\.hidden\.effect\[2\]\[1\]: wrong value, got null/,
    ],
    [
      'a missing row',
      () => broken((d) => d.kinds.mlp.restored.pop()),
      /kinds\.mlp\.restored: rows: .*got 6, expected 7/,
    ],
    [
      'a short row',
      () => broken((d) => d.kinds.hidden.effect[3].pop()),
      /kinds\.hidden\.effect\[3\]: entries: .*got 1, expected 2/,
    ],
    [
      'a short group',
      () => broken((d) => d.kinds.hidden.groups[0].effect.pop()),
      /kinds\.hidden\.groups\[0\]\.effect: entries/,
    ],
    [
      'a group outside',
      () => broken((d) => (d.kinds.hidden.groups[0].rows = [7])),
      /rows: .*got 7, expected token positions below 7/,
    ],
    [
      'a peak outside',
      () => broken((d) => (d.kinds.mlp.peak.layer = 2)),
      /kinds\.mlp\.peak: .*got row 6, layer 2/,
    ],
    [
      'a range upside down',
      () => broken2((d) => (d.kinds.hidden.range[5][0] = [2, 1])),
      /kinds\.hidden: .*got \[2, 1\], expected the lower end first/,
    ],
    [
      'an interval upside down',
      () => broken2((d) => (d.tightened[0].interval = [2, 1])),
      /tightened\[0\]: .*got \[2, 1\], expected the lower end first/,
    ],
    [
      'a draw too few',
      () => broken2((d) => d.kinds.hidden.draws[2][1].pop()),
      /kinds\.hidden\.draws: entries: .*got 9, expected 10 \(one per draw\)/,
    ],
    [
      'another number of draws',
      () => broken2((d) => (d.intervals.draws = 3)),
      /intervals\.draws: .*got 3, expected 10 \(as in spec\.corruption\)/,
    ],
    [
      'a tightened cell that is not there',
      () => broken2((d) => (d.tightened[1].at.layer = 6)),
      /tightened\[1\]\.at: .*layer 6, expected a cell of this document/,
    ],
    [
      'a cell outside that is like the peak',
      () => broken2((d) => (d.kinds.hidden.peak.overNoise.alike = [[99, 0]])),
      /kinds\.hidden\.peak: .*got row 99, layer 0/,
    ],
    [
      'a share above 1',
      () => broken2((d) => (d.kinds.hidden.peak.overNoise.share = 1.2)),
      /share: wrong value/,
    ],
    [
      'one token too many',
      () => broken((d) => d.tokens.push({ id: 1, token: 'x' })),
      /tokens: entries: .*got 8, expected 7/,
    ],
    ['another token', () => broken((d) => (d.tokens[2].id = 9)), /tokens\[2\]\.id: .*got 9, expected 310/],
    ['another answer', () => broken((d) => (d.answer.id = 9)), /answer\.id: .*got 9, expected 812/],
    [
      'an unasked distractor',
      () => broken((d) => (d.distractor = { id: 1, token: 'x' })),
      /distractor\.id: .*got 1, expected nothing/,
    ],
    ['an empty subject', () => broken((d) => (d.spec.subject.end = 4)), /spec\.subject: .*got 4 to 4/],
    ['no window', () => broken((d) => (d.spec.window.layers = [])), /spec\.window\.layers/],
    [
      'a spec of something else',
      () => broken((d) => (d.spec = {})),
      /^document: spec: prompt: wrong value, got nothing/,
    ],
  ])('refuses %s in one sentence', (_, make, message) => {
    expect(() => parseDocument(make())).toThrow(message);
  });
});

describe('migrations', () => {
  const step = (from: number, to = from + 1): Migration => ({
    from,
    to,
    migrate: (json) => ({ ...json, [`step${from}`]: true }),
  });

  it('lead from version 1 to the current one', () => {
    expect(() => assertContiguous(migrations, DOCUMENT_VERSION)).not.toThrow();
  });

  it('refuse a gap, a jump and a wrong end', () => {
    expect(() => assertContiguous([step(1), step(2)], 3)).not.toThrow();
    expect(() => assertContiguous([step(1), step(3)], 4)).toThrow(/gap, got 1->2, 3->4/);
    expect(() => assertContiguous([step(1, 3)], 3)).toThrow(/gap/);
    expect(() => assertContiguous([step(1)], 3)).toThrow(/gap/);
    expect(() => assertContiguous([], 2)).toThrow(/got none/);
  });

  it('apply the steps that an old document still needs', () => {
    const steps = [step(1), step(2)];
    expect(migrate({ version: 2 }, 2, 3, steps)).toEqual({ version: 3, step2: true });
    expect(migrate({ version: 1 }, 1, 3, steps)).toEqual({ version: 3, step1: true, step2: true });
    expect(migrate({ version: 3 }, 3, 3, steps)).toEqual({ version: 3 });
  });
});
