/**
 * Recall and reasoning apart (after the abstract of Fartale et al. 2025): ablates every head and
 * MLP alone on two task sets. A unit's selectivity is the difference of the two losses. The most
 * selective units of each side form two circuits, ablated whole on held-out cases, beside random
 * circuits of the same size and layers.
 */
import type { Run } from '../../forward/request/types';
import { RandomState } from '../../util/random';
import { range } from '../../util/range';
import { studyDocument } from '../common/document';
import { metricRow, metricValue } from '../common/metric';
import { isSkipped, type Skipped, skipUnknown } from '../common/skip';
import { question } from '../contract/question';
import type { CaseResults, Experiment } from '../experiment';
import { ablatingEdits, donorRuns } from './ablate';
import { circuitFigures, findingOf } from './circuitFigures';
import { type Levels, scanOf, type UnitScore, unitFigures } from './scan';
import { checkSelectivity, choosingCases, fields, KIND, resolveTasks, type SelectivitySpec } from './spec';
import { matchedCircuit, type Unit, unitName, unitsOf } from './units';

/** Decisions of the choosing cases. */
export interface Chosen {
  readonly scores: readonly UnitScore[];
  /** Indices into `unitsOf`: recall, reasoning, then the random circuits of each. */
  readonly circuits: readonly (readonly number[])[];
}

/** A choosing case is not measured again. */
type Measured = Levels | Skipped | { readonly chose: true };

const LIMITS =
  'Two sets of prompts differ in more than the names that they are given: selective means for these prompts, not for recall or reasoning as such.';

const ablatedId = (k: number) => `ablated.${k}`;

export const selectivityExperiment: Experiment<SelectivitySpec, Measured, Levels | Skipped, Chosen> = {
  ...question({
    kind: KIND,
    about: {
      title: 'Selectivity for recall or reasoning',
      asks: 'Which parts serve one task and not the other?',
      group: 'part',
      short: 'What serves one task?',
      mediators: ['head', 'sub-layer'],
      search: 'exhaustive',
      interventions: ['zero', 'mean', 'resample'],
      limits: LIMITS,
      docs: 'selectivity.md',
      citation: {
        text: 'Fartale et al., Disentangling recall and reasoning in transformer models (2025)',
        url: 'https://arxiv.org/abs/2510.03366',
      },
      needs: {
        metric: 'logit-diff',
        distractor: true,
        own: { recall: 'a set of recall', reasoning: 'a set of reasoning' },
      },
    },
    fields,
    check: checkSelectivity,
    resolveCases: resolveTasks,
  }),
  prepare: {
    cases: (spec) => choosingCases(spec).length,
    plan(spec, model, k) {
      const alone = unitsOf(model).map((unit) => [unit]);
      return planCase(spec, choosingCases(spec)[k]!, alone);
    },
    measure(spec, model, k, { runs, finished }) {
      if (!finished.has('')) return null;
      return levelsOf(spec, choosingCases(spec)[k]!, runs, unitsOf(model).length);
    },
    reduce(spec, model, observed) {
      const scores = scanOf(spec, model, observed);
      const bySelectivity = [...scores.keys()].sort(
        (a, b) => scores[b]!.selectivity.value - scores[a]!.selectivity.value,
      );
      const own = [bySelectivity.slice(0, spec.size), bySelectivity.reverse().slice(0, spec.size)];
      const units = unitsOf(model);
      const random = new RandomState(spec.seed);
      const matched = own.flatMap((circuit) =>
        range(0, spec.randomCircuits).map(() => matchedCircuit(units, circuit, random)),
      );
      return { scores, circuits: [...own, ...matched] };
    },
    blank(spec, model) {
      const first = range(0, Math.min(spec.size, unitsOf(model).length));
      return { scores: [], circuits: new Array<number[]>(2 + 2 * spec.randomCircuits).fill(first) };
    },
  },
  plan(spec, model, i, { circuits }) {
    if (choosingCases(spec).includes(i)) return planCase(spec, i, []);
    const units = unitsOf(model);
    const parts = circuits.map((circuit) => circuit.map((u) => units[u]!));
    return planCase(spec, i, parts);
  },
  measure(spec, _model, i, { runs, finished }, { circuits }) {
    if (!finished.has('')) return null;
    if (choosingCases(spec).includes(i)) return { chose: true };
    return levelsOf(spec, i, runs, circuits.length);
  },
  reduce(spec, measured, context, chosen) {
    const held = measured.flatMap((numbers, i) =>
      numbers === null || 'chose' in numbers || isSkipped(numbers) ? [] : [{ i, numbers }],
    );
    const both = held.some(({ i }) => i < spec.recallCases) && held.some(({ i }) => i >= spec.recallCases);
    if (!both) {
      if (measured.includes(null)) return null;
      const finding = 'One of the two sets has no case left: the model does not know its answers.';
      return studyDocument(spec, measured, context, { finding, figures: [] });
    }
    const units = unitsOf(context.spec);
    const names = chosen.circuits.slice(0, 2).map((circuit) => circuit.map((u) => unitName(units[u]!)));
    const circuits = circuitFigures(spec, held, names);
    return studyDocument(spec, measured, context, {
      finding: findingOf(circuits, names),
      notes: notesOf(spec),
      figures: [...circuits, ...unitFigures(spec, context.spec, chosen.scores)],
    });
  },
};

function planCase(spec: SelectivitySpec, i: number, parts: readonly (readonly Unit[])[]): Run[] {
  const one = spec.cases[i]!;
  const metric = metricRow(one);
  return [
    { id: 'clean', tokens: one.tokens, metric },
    ...(parts.length > 0 ? donorRuns(spec, i) : []),
    ...parts.map((units, k) => ({
      id: ablatedId(k),
      base: 'clean',
      edits: ablatingEdits(spec, i, units),
      metric,
    })),
  ];
}

function levelsOf(spec: SelectivitySpec, i: number, runs: CaseResults['runs'], n: number): Levels | Skipped {
  const one = spec.cases[i]!;
  const metric = (id: string) => runs[id]!.metric!;
  const ids = range(0, n).map(ablatedId);
  return (
    skipUnknown(spec, one, metric('clean')) ?? {
      clean: metricValue(spec.metric, metric('clean')),
      isRight: metric('clean').argmax === one.answer.id,
      ablated: ids.map((id) => metricValue(spec.metric, metric(id))),
      areRight: ids.map((id) => metric(id).argmax === one.answer.id),
    }
  );
}

function notesOf(spec: SelectivitySpec): string[] {
  const n = choosingCases(spec).length;
  return [
    LIMITS,
    `${n} cases, every other subject of each set, chose the circuits; the circuits are measured on the other ${spec.cases.length - n}.`,
  ];
}
