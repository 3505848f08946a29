/**
 * Path patching as an experiment: each sender's effect through the receivers, on paths that pass no
 * other head. Score = (LD_full - LD_cut) / (LD_clean - LD_corrupted): positive if the path supports
 * the answer, in both directions.
 */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import { isUpstream, receiverName, senderName } from '../../model/edges';
import type { ModelSpec } from '../../model/spec';
import { amountText, largestCell, overText } from '../common/largest';
import { shareOfLoss } from '../common/loss';
import { metricUnit } from '../common/metric';
import { expectThat } from '../common/parse';
import { first, pick } from '../contract/columns';
import { choice, given, type SpecOf } from '../contract/fields';
import type { Levels } from '../contract/map';
import { swept } from '../contract/swept';
import {
  allSenders,
  type PathReceiver,
  type PathSender,
  receiver,
  receivingRun,
  sender,
  sendingRun,
} from './paths';

const KIND = 'path-patching';

const LOGITS: PathReceiver[] = [{ part: 'logits' }];

const PARTS = { head: 'head', mlp: 'MLP' };
const isHead = { only: { part: ['head'] } };

const fields = {
  /** noise: orig = clean; denoise: orig = corrupted. */
  direction: choice({
    label: 'Put',
    choices: {
      noise: 'the corrupted sender into the clean run',
      denoise: 'the clean sender into the corrupted run',
    },
    default: 'noise',
  }),
  /** Absent: every head and every MLP. */
  senders: given(z.array(sender).min(1).max(MOST.entries).optional(), {
    kind: 'rows',
    label: 'Senders (none: every head and MLP)',
    each: 'sender',
    default: null,
    columns: [pick('part', 'part', PARTS), first('layer'), first('head', isHead)],
  }),
  receivers: given(z.array(receiver).min(1).max(MOST.entries).default(LOGITS), {
    kind: 'rows',
    label: 'Receivers',
    each: 'receiver',
    default: LOGITS,
    columns: [
      pick('part', 'part', { ...PARTS, resid: 'residual stream before the block', logits: 'the logits' }),
      first('layer', { only: { part: ['head', 'mlp', 'resid'] } }),
      first('head', isHead),
      pick('input', 'reads', { q: 'queries', k: 'keys', v: 'values' }, isHead),
    ],
  }),
  /** together: patches all receivers at once; apart: one map per receiver. */
  receive: choice({
    label: 'Patch receivers',
    choices: { together: 'all at once', apart: 'one after another' },
    default: 'apart',
  }),
  mlps: choice({
    label: 'MLPs on the way',
    choices: { recomputed: 'recomputed', frozen: 'frozen, as heads are' },
    default: 'recomputed',
  }),
  scale: choice({
    label: 'Values',
    choices: { normalised: 'share of what the twin changes', raw: 'as the metric has them' },
    default: 'normalised',
  }),
};

export type PathSpec = SpecOf<typeof fields>;

const sendersOf = (spec: PathSpec, model: ModelSpec): readonly PathSender[] =>
  spec.senders ?? allSenders(model);

/** Receivers patched together. */
const receiverSets = ({ receive, receivers }: PathSpec): readonly (readonly PathReceiver[])[] =>
  receive === 'together' ? [receivers] : receivers.map((to) => [to]);

const isLogits = (set: readonly PathReceiver[]) => set[0]!.part === 'logits';

export const pathPatchingExperiment = swept({
  kind: KIND,
  about: {
    title: 'Path patching',
    asks: 'Which part speaks to which?',
    group: 'path',
    short: 'Which speaks to which?',
    mediators: ['edge'],
    search: 'exhaustive',
    interventions: ['swap'],
    limits:
      'A path is measured with everything beside it held still, so two paths that stand in for each other may both look idle.',
    docs: 'path-patching.md',
    citation: {
      text: 'Wang et al., Interpretability in the wild: a circuit for indirect object identification (2022)',
      url: 'https://arxiv.org/abs/2211.00593',
    },
    needs: { corrupted: true },
  },
  fields,
  base: 'twin',
  check: checkPaths,
  sweeps(spec, model, i) {
    const [orig, other] = spec.direction === 'noise' ? ['clean', 'corrupted'] : ['corrupted', 'clean'];
    const options = { T: spec.cases[i]!.tokens.length, orig: orig!, new: other!, mlps: spec.mlps };
    const senders = sendersOf(spec, model);
    const axes = [{ name: 'sender', labels: senders.map(senderName) }];
    const sending = { name: 'send', unit: 'sending', axes };
    return [
      { ...sending, run: ([s]) => sendingRun(model, senders[s!]!, options) },
      ...receiverSets(spec).flatMap((set, r) => {
        if (isLogits(set)) return [];
        const run = ([s]: readonly number[]) => {
          const reached = set.filter((to) => isUpstream(model, senders[s!]!, to));
          return reached.length === 0 ? null : receivingRun(reached, `send.${s}`, options);
        };
        return [{ name: `receive.${r}`, unit: 'receiving', axes, run }];
      }),
    ];
  },
  doing: (unit) => `patching paths: ${unit}`,
  maps(spec) {
    const [sign, from] = spec.direction === 'noise' ? [-1, 'clean' as const] : [1, 'corrupted' as const];
    return receiverSets(spec).map((set, r) => {
      const names = set.map(receiverName);
      return {
        name: `to ${names.join(' ')}`,
        title: `paths to ${names.join(', ')}`,
        // A path to the logits needs only the sender's run.
        from: [isLogits(set) ? 'send' : `receive.${r}`],
        unit: spec.scale === 'raw' ? metricUnit(spec.metric) : 'share of clean - corrupted',
        value([patched]: readonly number[], own: Levels) {
          const supports = sign * (patched! - own[from]);
          return spec.scale === 'raw' ? supports : shareOfLoss(supports, own);
        },
        drawn: 'bars' as const,
        caption:
          'Each bar: how much of the answer goes from the sender to the receiver through no other head' +
          `${spec.mlps === 'frozen' ? ' and no MLP' : ''}. Positive: the path supports the answer.`,
      };
    });
  },
  /** The strongest path, with a simultaneous interval. */
  finding(spec, { maps }) {
    const best = largestCell(maps, 'either');
    if (!best) return 'No share is determined: the clean and the corrupted run give the same answer.';
    const { figure, cell, value, interval } = best;
    const unit =
      spec.scale === 'raw' ? metricUnit(spec.metric) : 'of the difference between clean and corrupted';
    const verb = value > 0 ? 'supports the answer' : 'works against the answer';
    return (
      `The strongest path is ${figure.axes[0]!.labels[cell]} → ${figure.title.replace('paths to ', '')}: ` +
      `it ${verb} with ${amountText(value, interval, unit)}${overText(figure, ', one prompt')}.`
    );
  },
});

function checkPaths(spec: PathSpec, model?: ModelSpec): void {
  const isMixed = spec.receive === 'together' && spec.receivers.length > 1;
  const hasLogits = isMixed && spec.receivers.some((to) => to.part === 'logits');
  const where = `${KIND}: receivers`;
  expectThat(!hasLogits, where, 'the logits together with others', 'the logits by themselves');
  if (!model) return;
  const { nLayers: L, nHeads: H, nKvHeads: G } = model;
  const check = (path: string, part: PathSender | PathReceiver): void => {
    if (part.part === 'logits') return;
    expectThat(part.layer < L, `${path}.layer`, part.layer, `0..${L - 1}, the model's layers`);
    if (part.part !== 'head') return;
    const heads = 'input' in part && part.input !== 'q' ? G : H;
    expectThat(part.head < heads, `${path}.head`, part.head, `0..${heads - 1}, the heads of that input`);
  };
  for (const [i, from] of (spec.senders ?? []).entries()) check(`${KIND}: senders[${i}]`, from);
  for (const [i, to] of spec.receivers.entries()) {
    check(`${where}[${i}]`, to);
    const some = sendersOf(spec, model).some((from) => isUpstream(model, from, to));
    expectThat(some, `${where}[${i}]`, receiverName(to), 'a receiver that some sender comes before');
  }
}
