/**
 * Estimates beside those of a plain loop in PyTorch, of TransformerLens and of the `eap` package, and
 * their identities.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { senderSite } from '../../../model/edgeSites';
import { senderName, sendersOf } from '../../../model/edges';
import { range } from '../../../util/range';
import { openGolden } from '../../testing/study';
import { ASKED, type EdgeGolden, estimatesOf, referenceOf } from '../testing/estimates';

const goldenOf = (name: string) =>
  JSON.parse(readFileSync(`reference/goldens/${name}.json`, 'utf8')) as EdgeGolden;
const PEER = goldenOf('edge_attribution');
/** The code of the `eap` package. */
const PACKAGE = goldenOf('eap_package');

/** Of the largest estimate. */
const BAR = 1e-6;

const largest = (values: Iterable<number>): number => Math.max(...[...values].map(Math.abs));

describe.each([...Object.entries(PEER.checkpoints), ...Object.entries(PACKAGE.checkpoints)])(
  'edges of %s',
  (name, lists) => {
    it.each(Object.entries(lists))('are estimated as the peer does: %s', async (kind, theirs) => {
      const golden = await openGolden(name);
      const ours = await estimatesOf(golden, referenceOf(golden), PEER, { fields: ASKED[kind]! });
      // TransformerLens lists every edge of every place once; so do we.
      expect([...ours.keys()].sort()).toEqual(Object.keys(theirs).sort());
      const errors = [...ours].map(([edge, value]) => value - theirs[edge]!);
      const worst = largest(errors) / largest(ours.values());
      process.stdout.write(`${name}, ${kind}: within ${worst.toExponential(1)} of the largest\n`);
      expect(worst).toBeLessThan(BAR);
    });
  },
);

it.each(['tiny-a', 'tiny-llama', 'tiny-gpt_neox', 'tiny-mixtral'])(
  'the estimates of all edges out of a part of %s add up to that of the part, at each token',
  async (name) => {
    const golden = await openGolden(name);
    const forward = referenceOf(golden);
    const { dModel: D, nHeads: H } = golden.spec;
    const senders = sendersOf(golden.spec);
    const sites = [...new Set(senders.map(senderSite))];
    const captures = sites.map((site) => ({ site }));
    for (const direction of ['noise', 'denoise']) {
      const fields = { method: 'eap', direction, positions: 'tokens' };
      const edges = await estimatesOf(golden, forward, PEER, { fields });
      const sums = new Map<string, number>();
      for (const [edge, value] of edges) {
        const [, from, at] = /^(.+)->.+@(\d+)$/.exec(edge)!;
        const key = `${from}@${at}`;
        sums.set(key, (sums.get(key) ?? 0) + value);
      }
      const weights = [[PEER.answer, 1] as const, [PEER.distractor, -1] as const];
      const gradients = { seed: { mean: [{ row: 4, of: 'logits', weights } as const] }, of: captures };
      const { runs } = await forward({
        runs: [
          { id: 'noise', tokens: PEER.clean, captures, gradients },
          { id: 'denoise', tokens: PEER.corrupted, captures, gradients },
        ],
        reuse: 'naive',
      });
      const at = runs[direction]!.gradients!;
      const errors = senders.flatMap((sender) =>
        range(0, PEER.clean.length).map((place) => {
          const site = senderSite(sender);
          const [heads, head] = sender.part === 'head' ? [H, sender.head] : [1, 0];
          const first = (place * heads + head) * D;
          let own = 0;
          for (let d = first; d < first + D; d++)
            own +=
              (runs.noise!.captures[site]!.data[d]! - runs.denoise!.captures[site]!.data[d]!) *
              at[site]!.data[d]!;
          // A part that nothing reads at this token has no edge there.
          return own - (sums.get(`${senderName(sender)}@${place}`) ?? 0);
        }),
      );
      const worst = largest(errors) / largest(sums.values());
      expect(worst).toBeLessThan(BAR);
    }
  },
);

describe('EAP-IG', () => {
  it.each([{ along: 'inputs' }, { along: 'activations' }, { along: 'activations', passes: 'per-sender' }])(
    'is the same in any number of blocks of runs: %j',
    async (path) => {
      const golden = await openGolden('tiny-a');
      const fields = { method: 'eap-ig', ...path, steps: 3 };
      const [all, parts] = await Promise.all(
        [undefined, 1].map((numbersAtOnce) =>
          estimatesOf(golden, referenceOf(golden), PEER, {
            fields,
            ...(numbersAtOnce ? { numbersAtOnce } : {}),
          }),
        ),
      );
      const errors = [...all!].map(([edge, value]) => value - parts!.get(edge)!);
      expect(largest(errors)).toBeLessThan(1e-12);
    },
  );

  it('of inputs: the edges out of the embeddings add up to clean - corrupted, the closer the more steps', async () => {
    const golden = await openGolden('tiny-a');
    const forward = referenceOf(golden);
    const metric = { row: 4, answer: PEER.answer, distractor: PEER.distractor };
    const { runs } = await forward({
      runs: [
        { id: 'clean', tokens: PEER.clean, metric },
        { id: 'corrupted', tokens: PEER.corrupted, metric },
      ],
      reuse: 'naive',
    });
    const [clean, corrupted] = ['clean', 'corrupted'].map((id) => {
      const { answer, distractor } = runs[id]!.metric!;
      return answer - distractor;
    });
    const gaps: number[] = [];
    for (const steps of [5, 50]) {
      // The mean of both ends' sums is the trapezoid rule.
      const sums = await Promise.all(
        ['corrupted', 'clean'].map(async (ends) => {
          const fields = { method: 'eap-ig', steps, ends };
          const edges = await estimatesOf(golden, forward, PEER, { fields });
          return [...edges].reduce((sum, [name, value]) => sum + (name.startsWith('input->') ? value : 0), 0);
        }),
      );
      gaps.push(Math.abs((sums[0]! + sums[1]!) / 2 - (clean! - corrupted!)));
    }
    expect(gaps[1]).toBeLessThan(gaps[0]! / 10);
    expect(gaps[1]).toBeLessThan(1e-3 * Math.abs(clean! - corrupted!));
  });
});

it.each(['corrupted', 'zero', 'constant'])(
  'an edge into logits without a norm is estimated exactly: %s',
  async (ablation) => {
    const golden = await openGolden('tiny-planted');
    const forward = referenceOf(golden);
    const fields = { method: 'eap', ablation, ...(ablation === 'constant' ? { constant: 0.5 } : {}) };
    const asked = { ...PEER, clean: [1, 7, 3, 12, 9], corrupted: [1, 8, 4, 2, 11] };
    const edges = await estimatesOf(golden, forward, asked, { fields });
    const metric = { row: 4, answer: PEER.answer, distractor: PEER.distractor };
    const into = [...edges].filter(([name]) => name.endsWith('->logits'));
    const source = {
      corrupted: { kind: 'run', run: 'corrupted' } as const,
      zero: { kind: 'constant', value: 0 } as const,
      constant: { kind: 'constant', value: 0.5 } as const,
    }[ablation]!;
    const { runs } = await forward({
      runs: [
        { id: 'clean', tokens: asked.clean, metric },
        { id: 'corrupted', tokens: asked.corrupted },
        ...into.map(([name]) => ({
          id: name,
          base: 'clean',
          cuts: [{ senders: [name.split('->')[0]!], receiver: 'logits', source }],
          metric,
        })),
      ],
      reuse: 'naive',
    });
    const level = (id: string) => runs[id]!.metric!.answer - runs[id]!.metric!.distractor;
    expect(into.length).toBeGreaterThan(5);
    for (const [name, value] of into) expect(value, name).toBeCloseTo(level('clean') - level(name), 5);
    expect(largest(into.map(([, value]) => value))).toBeGreaterThan(0.01);
  },
);
