/**
 * Path patching as an experiment: how much of the answer each sender carries to the receivers, by paths that go through
 * no other head. Score = (LD_full - LD_cut) / (LD_clean - LD_corrupted): positive where the path supports the answer,
 * in both directions.
 */
import { z } from 'zod';
import { MOST } from '../../util/bounds';
import type { Run } from '../../forward/request/types';
import { isUpstream, receiverName, senderName } from '../../model/edges';
import type { ModelSpec } from '../../model/spec';
import type { Figure } from '../../results/document';
import { averaged, overCases } from '../common/average';
import { studyDocument } from '../common/document';
import { amountText, largestCell, type Sampled } from '../common/largest';
import { shareOfLoss } from '../common/loss';
import { metricRow, metricUnit, metricValue } from '../common/metric';
import { expectThat, parseStudy } from '../common/parse';
import { resolveStudy } from '../common/question';
import { counted, type Skipped, skipUnknown } from '../common/skip';
import { studyFields } from '../common/spec';
import type { Experiment, Needs } from '../experiment';
import {
  allSenders,
  type PathOptions,
  type PathReceiver,
  type PathSender,
  receiver,
  receivingRun,
  sender,
  sendingRun,
} from './paths';

const KIND = 'path-patching';
const NEEDS: Needs = { corrupted: true };

const pathSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    /** noise: orig = clean; denoise: orig = corrupted. */
    direction: z.enum(['noise', 'denoise']).default('noise'),
    /** Absent: every head and every MLP. */
    senders: z.array(sender).min(1).max(MOST.entries).optional(),
    receivers: z
      .array(receiver)
      .min(1)
      .max(MOST.entries)
      .default([{ part: 'logits' }]),
    /** together: all receivers' inputs are patched at once; apart: one map per receiver. */
    receive: z.enum(['together', 'apart']).default('apart'),
    mlps: z.enum(['recomputed', 'frozen']).default('recomputed'),
    scale: z.enum(['normalised', 'raw']).default('normalised'),
  })
  .strict();

export type PathSpec = z.infer<typeof pathSpec>;

interface Numbers {
  readonly clean: number;
  readonly corrupted: number;
  /** [set of receivers][sender]: the metric after pass 3; null where the sender is not upstream. */
  readonly patched: readonly (readonly (number | null)[])[];
}

const sendersOf = (spec: PathSpec, model: ModelSpec): readonly PathSender[] =>
  spec.senders ?? allSenders(model);

/** What is patched together. */
const receiverSets = ({ receive, receivers }: PathSpec): readonly (readonly PathReceiver[])[] =>
  receive === 'together' ? [receivers] : receivers.map((to) => [to]);

/** Receivers that the sender can reach. */
const reached = (model: ModelSpec, from: PathSender, set: readonly PathReceiver[]): readonly PathReceiver[] =>
  set.filter((to) => isUpstream(model, from, to));

const sendId = (s: number): string => `send.${s}`;
const receiveId = (r: number, s: number): string => `receive.${r}.${s}`;

export const pathPatchingExperiment: Experiment<PathSpec, Numbers | Skipped> = {
  kind: KIND,
  about: {
    title: 'Path patching',
    asks: 'Which part speaks to which?',
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
    needs: NEEDS,
    options: [
      {
        name: 'direction',
        label: 'Put',
        kind: 'choice',
        choices: [
          { value: 'noise', label: 'the corrupted sender into the clean run' },
          { value: 'denoise', label: 'the clean sender into the corrupted run' },
        ],
        default: 'noise',
      },
      {
        name: 'mlps',
        label: 'MLPs on the way',
        kind: 'choice',
        choices: [
          { value: 'recomputed', label: 'recomputed' },
          { value: 'frozen', label: 'frozen, as heads are' },
        ],
        default: 'recomputed',
      },
      {
        name: 'scale',
        label: 'Values',
        kind: 'choice',
        choices: [
          { value: 'normalised', label: 'share of what the twin changes' },
          { value: 'raw', label: 'as the metric has them' },
        ],
        default: 'normalised',
      },
    ],
  },
  parseSpec(json, model) {
    const spec = parseStudy(pathSpec, json, KIND, model, NEEDS);
    if (spec.receive === 'together') {
      const hasLogits = spec.receivers.some((to) => to.part === 'logits') && spec.receivers.length > 1;
      expectThat(
        !hasLogits,
        `${KIND}: receivers`,
        'the logits together with others',
        'the logits by themselves',
      );
    }
    if (model) checkParts(spec, model);
    return spec;
  },
  resolve: async (question, context) => {
    const spec = { ...(await resolveStudy(question, KIND, context)), kind: KIND };
    return pathPatchingExperiment.parseSpec(spec, context.spec);
  },
  cases: (spec) => spec.cases.length,
  size(spec, model, i) {
    const tokens = spec.cases[i]!.tokens.length;
    return { runs: 2 + sendersOf(spec, model).length * (1 + receiverSets(spec).length), tokens };
  },
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const metric = metricRow(one);
    const [orig, other] = spec.direction === 'noise' ? ['clean', 'corrupted'] : ['corrupted', 'clean'];
    const options: PathOptions = { T: one.tokens.length, metric, orig: orig!, new: other!, mlps: spec.mlps };
    const runs: Run[] = [
      { id: 'clean', tokens: one.tokens, metric },
      { id: 'corrupted', tokens: one.corrupted!.tokens, metric },
    ];
    for (const [s, from] of sendersOf(spec, model).entries()) {
      runs.push({ ...sendingRun(model, sendId(s), from, options), unit: 'sending' });
      for (const [r, set] of receiverSets(spec).entries()) {
        const to = reached(model, from, set);
        if (to.length === 0 || to[0]!.part === 'logits') continue;
        runs.push({ ...receivingRun(receiveId(r, s), to, sendId(s), options), unit: 'receiving' });
      }
    }
    return runs;
  },
  doing: (unit) => (unit === '' ? 'clean and corrupted runs' : `patching paths: ${unit}`),
  measure(spec, model, i, { runs, finished }) {
    const senders = sendersOf(spec, model);
    const sets = receiverSets(spec);
    const needsReceiving = sets.some((set) => set[0]!.part !== 'logits');
    if (!finished.has('sending') || (needsReceiving && !finished.has('receiving'))) return null;
    const skipped = skipUnknown(spec, spec.cases[i]!, runs.clean!.metric!);
    if (skipped) return skipped;
    const value = (id: string) => metricValue(spec.metric, runs[id]!.metric!);
    return {
      clean: value('clean'),
      corrupted: value('corrupted'),
      patched: sets.map((set, r) =>
        senders.map((from, s) => {
          if (set[0]!.part === 'logits') return value(sendId(s));
          return reached(model, from, set).length === 0 ? null : value(receiveId(r, s));
        }),
      ),
    };
  },
  reduce(spec, measured, context) {
    if (measured.every((numbers) => numbers === null)) return null;
    const senders = sendersOf(spec, context.spec);
    const cases = counted(measured);
    const maps =
      cases.length === 0 ? [] : receiverSets(spec).map((set, r) => pathMap(spec, senders, set, r, cases));
    return studyDocument(spec, measured, context, {
      finding: findingOf(spec, maps),
      figures: maps.map(({ figure }) => figure),
    });
  },
};

function checkParts(spec: PathSpec, model: ModelSpec): void {
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
    check(`${KIND}: receivers[${i}]`, to);
    const some = sendersOf(spec, model).some((from) => isUpstream(model, from, to));
    expectThat(
      some,
      `${KIND}: receivers[${i}]`,
      receiverName(to),
      'a receiver that some sender comes before',
    );
  }
}

function pathMap(
  spec: PathSpec,
  senders: readonly PathSender[],
  set: readonly PathReceiver[],
  r: number,
  cases: readonly { readonly i: number; readonly numbers: Numbers }[],
): Sampled {
  const perCase = cases.map(({ numbers: { clean, corrupted, patched } }) => {
    const sign = spec.direction === 'noise' ? -1 : 1;
    const orig = spec.direction === 'noise' ? clean : corrupted;
    return patched[r]!.map((value) => {
      if (value === null) return null;
      const supports = sign * (value - orig);
      return spec.scale === 'raw' ? supports : shareOfLoss(supports, { clean, corrupted });
    });
  });
  const names = set.map(receiverName);
  const over = overCases(spec, cases);
  const figure: Figure = {
    name: `to ${names.join(' ')}`,
    title: `paths to ${names.join(', ')}`,
    axes: [{ name: 'sender', labels: senders.map(senderName) }],
    unit: spec.scale === 'raw' ? metricUnit(spec.metric) : 'share of clean - corrupted',
    ...averaged(perCase, over),
    drawn: 'bars',
    scale: 'signed',
    caption:
      'Each bar: how much of the answer goes from the sender to the receiver through no other head' +
      `${spec.mlps === 'frozen' ? ' and no MLP' : ''}. Positive: the path supports the answer.`,
  };
  return { figure, samples: { rows: perCase, over } };
}

/** The strongest path, with an interval that holds for all of them at once. */
function findingOf(spec: PathSpec, maps: readonly Sampled[]): string {
  const best = largestCell(maps, 'either');
  if (!best) return 'No path was measured: every case was left out.';
  const { figure, cell, value, interval } = best;
  const over = figure.varies ? `, ${figure.varies.n} ${figure.varies.what}` : ', one prompt';
  const unit =
    spec.scale === 'raw' ? metricUnit(spec.metric) : 'of the difference between clean and corrupted';
  const verb = value > 0 ? 'supports the answer' : 'works against the answer';
  return (
    `The strongest path is ${figure.axes[0]!.labels[cell]} → ${figure.title.replace('paths to ', '')}: ` +
    `it ${verb} with ${amountText(value, interval, unit)}${over}.`
  );
}
