/** Parses a study's spec: fields first, then the whole, then against the model. */
import type { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { MOST } from '../../util/bounds';
import { named, parseWith } from '../../util/parse';
import type { Needs } from '../experiment';
import { caseName } from './caseName';
import { answerRowOf, type StudyCase, type StudySpec } from './spec';

/**
 * JSON -> spec of `schema`, which has `studyFields`. Throws one sentence with path, got and
 * expected; `where` is the experiment's kind.
 */
export function parseStudy<S extends z.ZodType<StudySpec>>(
  schema: S,
  json: unknown,
  where: string,
  model: ModelSpec | undefined,
  needs: Needs = {},
): z.output<S> {
  const spec = parseWith(schema, json, where);
  expectTokens(spec, 1, `${where}: cases`);
  spec.cases.forEach((one, i) => {
    checkCase(caseName(where, spec.cases, i), one, { ...needs, metric: spec.metric }, model);
  });
  if (model) checkOutcomes(where, spec, spec.cases, model);
  return spec;
}

/** Throws one sentence if answers do not suit the model's head and its answer row. */
export function checkOutcomes(
  where: string,
  { outcomes }: Pick<StudySpec, 'outcomes'>,
  cases: readonly Pick<StudyCase, 'answerRow' | 'tokens'>[],
  { head }: ModelSpec,
): void {
  const [own, asked] = [head === 'classes' ? 'classes' : 'tokens', outcomes ?? 'tokens'];
  expectThat(asked === own, `${where}: outcomes`, asked, `${own}, as this model answers`);
  if (head !== 'classes') return;
  const elsewhere = cases.map(answerRowOf).find((row) => row !== 0);
  expectThat(
    elsewhere === undefined,
    `${where}: position of the answer`,
    elsewhere,
    '0, where a class is read',
  );
}

/** Throws one sentence if `tables` position tables per case are too many. */
export function expectTokens({ cases }: Pick<StudySpec, 'cases'>, tables: number, path: string): void {
  const tokens = cases.reduce((sum, one) => sum + one.tokens.length, 0);
  const got = `${tokens} tokens of all prompts${tables > 1 ? ` for each of ${tables} entries` : ''}`;
  const most = tables > 1 ? MOST.namedPositions : MOST.caseTokens;
  expectThat(tokens * tables <= most, path, got, `at most ${most} in all`);
}

/** Throws the standard validation error. */
export function expectThat(holds: boolean, path: string, got: unknown, expected: string): asserts holds {
  if (!holds) throw new Error(`${path}: wrong value, got ${named(String(got))}, expected ${expected}.`);
}

/** Throws one sentence if a case contradicts itself, lacks what is needed, or does not suit the model. */
export function checkCase(path: string, one: StudyCase, needs: Needs, model?: ModelSpec): void {
  const { tokens, subject, answerRow, answer, distractor, corrupted } = one;
  const T = tokens.length;
  if (subject) {
    const range = `begin < end <= ${T}, the number of tokens`;
    const got = `${subject.begin},${subject.end}`;
    expectThat(subject.begin < subject.end && subject.end <= T, `${path}: subject`, got, range);
  }
  expectThat(
    answerRow === undefined || answerRow < T,
    `${path}: position of the answer`,
    answerRow,
    `a position below ${T}`,
  );
  expectThat(
    distractor?.id !== answer.id,
    `${path}: distractor`,
    `token id ${distractor?.id}`,
    "another token than the answer's",
  );
  const isMissing = needs.metric === 'logit-diff' && !distractor;
  expectThat(!isMissing, `${path}: distractor`, 'nothing', 'a second answer, for the logit difference');
  expectThat(!needs.subject || subject !== undefined, `${path}: subject`, 'nothing', 'words of the prompt');
  expectThat(
    !needs.corrupted || corrupted !== undefined,
    `${path}: the corrupted prompt`,
    'nothing',
    'a prompt of as many tokens',
  );
  expectThat(
    corrupted === undefined || corrupted.tokens.length === T,
    `${path}: the corrupted prompt`,
    `${corrupted?.tokens.length} tokens`,
    `${T}, as many as the prompt has`,
  );
  if (model) checkAgainst(path, one, model);
}

function checkAgainst(path: string, one: StudyCase, model: ModelSpec): void {
  const { tokens, answer, distractor, corrupted } = one;
  const { dVocab: V, nEmbeddings, nCtx } = model;
  expectThat(
    tokens.length <= nCtx,
    `${path}: the prompt`,
    `${tokens.length} tokens`,
    `at most ${nCtx}, the model's longest prompt`,
  );
  const within = (part: string, ids: readonly number[], most: number) => {
    const outside = ids.find((id) => id >= most);
    const expected = `ids below ${most}, the model's vocabulary`;
    expectThat(outside === undefined, `${path}: ${part}`, `token id ${outside}`, expected);
  };
  within('the prompt', tokens, nEmbeddings);
  within('the corrupted prompt', corrupted?.tokens ?? [], nEmbeddings);
  within('answer', [answer.id], V);
  within('distractor', distractor ? [distractor.id] : [], V);
}
