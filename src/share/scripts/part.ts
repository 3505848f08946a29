/** An experiment's part of a script; model, run function and comparison are shared. */
import type { ResultDocument } from '../../results/document';
import { answerRowOf, type StudyCase, type StudySpec, type MetricName } from '../../experiments/common/spec';
import { positionRows } from '../../experiments/common/positions';
import { type Python, type PythonValue, python } from '../../util/code/python';
import type { PythonFile } from '../../util/code/pythonFile';

export const backends = ['transformer-lens', 'nnsight'] as const;
export type ScriptBackend = (typeof backends)[number];

/** An array of the document that the script recomputes. */
export interface Numbers {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface ScriptPart {
  /** Python assignments before the run function. */
  readonly constants: readonly Python[];
  /** The experiment, in order. */
  readonly body: readonly PythonFile[];
  /** The function of `body` that measures a case's figures; absent: `body` defines `figures()`. */
  readonly measure?: Python;
  /** Sections of these files. */
  readonly flags: readonly string[];
  /** Kinds of hook sites read or written, e.g. 'attn.hook_z'. */
  readonly sites: readonly string[];
  /** Default: the document's figures. */
  readonly numbers?: readonly Numbers[];
}

/** Throws the standard refusal of a script. */
export function refuse(what: string, got: unknown, expected: string): never {
  throw new Error(`export: ${what}, got ${got}, expected ${expected}.`);
}

/** A study's figures, except those in `without`. */
export function numbersOf({ figures }: ResultDocument, without: readonly string[] = []): Numbers[] {
  return figures
    .filter(({ name }) => !without.includes(name))
    .map(({ name, axes, values }) => ({ name, shape: axes.map(({ labels }) => labels.length), values }));
}

/** The measured cases, with their indices in the spec. */
export function measuredCases(document: ResultDocument, spec: StudySpec): { i: number; one: StudyCase }[] {
  const skipped = new Set(document.cases.skipped.map((one) => one.case));
  const all = spec.cases.map((one, i) => ({ i, one })).filter(({ i }) => !skipped.has(i));
  if (document.cases.measured !== all.length || all.length === 0)
    refuse('the study is not finished', `${document.cases.measured} of ${all.length} cases`, 'all of them');
  for (const { one } of all) checkAnswerRow(one);
  return all;
}

/** The supported families are causal: the answer is read at the last position. */
export function checkAnswerRow(one: Pick<StudyCase, 'answerRow' | 'tokens'>): void {
  if (answerRowOf(one) !== one.tokens.length - 1)
    refuse('the answer is inside the prompt', `position ${one.answerRow}`, 'the last position');
}

/** `CASES`: token ids and answers; `more` adds an experiment's fields of case i. */
export function caseConstants(
  document: ResultDocument,
  spec: StudySpec,
  withRoles: 'roles' | null,
  more: (i: number) => { readonly [field: string]: PythonValue } = () => ({}),
): Python[] {
  const rows = withRoles && spec.cases.length > 1 ? positionRows(spec, String) : null;
  const cases = measuredCases(document, spec).map(({ i, one }) => ({
    prompt: one.prompt,
    ...(one.corrupted ? { twin: one.corrupted.prompt } : {}),
    clean: one.tokens,
    ...(one.corrupted ? { corrupted: one.corrupted.tokens } : {}),
    answer: one.answer.id,
    ...(one.distractor ? { distractor: one.distractor.id } : {}),
    ...(one.subject ? { subject: [one.subject.begin, one.subject.end] } : {}),
    ...(rows ? { roles: rows.positions(i) } : {}),
    ...more(i),
  }));
  return [
    ...(rows ? [python`ROLES = ${rows.axis.labels}  # whose positions are the "roles" of each case`] : []),
    python`CASES = ${cases}`,
  ];
}

/** One prompt, or means over several; `roles`: also over token roles. */
export const casesFlags = ({ cases }: StudySpec, roles: 'roles' | null): string[] =>
  cases.length > 1 ? ['several', ...(roles ? [roles] : [])] : ['single'];

const METRICS: Readonly<Record<MetricName, Python>> = {
  p: python`    """p(answer), at the last position."""
    last = logits[:, -1].double()
    return last.softmax(-1)[:, case["answer"]]`,
  logprob: python`    """log p(answer), at the last position."""
    last = logits[:, -1].double()
    return last.log_softmax(-1)[:, case["answer"]]`,
  'logit-diff': python`    """logit(answer) - logit(distractor), at the last position."""
    last = logits[:, -1].double()
    return last[:, case["answer"]] - last[:, case["distractor"]]`,
  rank: python`    """How many tokens have a larger logit than the answer, at the last position."""
    last = logits[:, -1].double()
    return (last > last[:, [case["answer"]]]).sum(-1).double()`,
};

export const metricCode = (metric: MetricName): Python =>
  python`def metric(logits, case):  # [batch, pos, vocab] -> [batch]\n${METRICS[metric]}`;

export type PartOf = (document: ResultDocument, backend: ScriptBackend) => ScriptPart;
