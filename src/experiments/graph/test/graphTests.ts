/**
 * Tests a found graph: faithfulness (held-out, and against random graphs), completeness,
 * minimality, stability. Formulas: docs/graphs.md.
 */
import type { GraphTruth } from '../../../results/graph';
import type { Rounds } from '../../experiment';
import { CutTable, type Levels } from '../cutTable';
import type { GraphFound } from '../search/result';
import type { SearchSpace } from '../searchSpace';
import type { GraphSpec } from '../spec';
import { faithfulnessSets, testFaithfulness } from './faithfulness';
import { testInteractions } from './interactions';
import { overPromptsAgain, type Search, searchedAgain, searchesAgain, within } from './stability';
import { subsetSets, testCompleteness, testMinimality } from './completeness';
import { faithfulnessOf, numberAt, type Outcome, type Test, type Tested, testedOf } from './contract';

/**
 * Adds `truth`, `empty` and the tests' notes to `found`; `from`: share of the search done before.
 * `again` repeats the search on another space, for stability. Without cases, returns `found`.
 */
export function* testGraph(
  space: SearchSpace,
  found: GraphFound,
  from: number,
  again: Search,
): Rounds<GraphSpec, GraphFound> {
  if (space.cases.length === 0) return found;
  const tested = testedOf(space, found);
  const share = sharesOf(tested, from);
  const first = yield* tryTests(tested, [testFaithfulness], 'testing what the graph carries', share.first);
  let known = withTruth(found, first);
  const heldOut = yield* onHeldOut(tested, known, share.heldOut);
  known = withTruth(known, [heldOut]);
  const tests = [testCompleteness, testMinimality, testInteractions];
  const second = yield* tryTests(
    { ...tested, found: known },
    tests,
    'testing parts of the graph',
    share.second,
  );
  known = withTruth(known, second);
  const prompts = overPromptsAgain(space, found);
  const part = { from: share.second, to: 1, found: known };
  const anew = yield* within(searchedAgain(space, found, again), part);
  const stability = [...prompts.rows, ...anew.rows];
  const last: Outcome = { truth: stability.length > 0 ? { stability } : {} };
  return withTruth(known, [prompts, anew, last]);
}

/** Several tests in one round. */
function* tryTests(
  tested: Tested,
  tests: readonly Test[],
  doing: string,
  share: number,
): Rounds<GraphSpec, GraphFound, Outcome[]> {
  const { space, found, kept } = tested;
  const table = new CutTable(space, kept);
  const readers = tests.map((test) => test(tested, table));
  const levels: Levels = yield* table.measure({ doing, share, found });
  return readers.map((read) => read(levels));
}

function* onHeldOut(
  { space, kept }: Tested,
  found: GraphFound,
  share: number,
): Rounds<GraphSpec, GraphFound, Outcome> {
  const cases = space.heldOut.filter((i) => hasReplacement(space, i));
  const left = space.heldOut.length - cases.length;
  const notes =
    left > 0
      ? [
          `${left} prompts that were kept out are not tested: none of the search has as many tokens to take means of.`,
        ]
      : [];
  if (cases.length === 0) return { truth: {}, notes };
  const table = new CutTable(space, kept);
  const [empty, own] = [table.only([]), table.only(kept)];
  const doing = 'testing the graph on prompts that were kept out';
  const levels = yield* table.measure({ doing, share, found, cases });
  const ratios = faithfulnessOf(space, cases, levels, { sets: [own], empty });
  if (ratios.missing === 'not determined')
    notes.push('Faithfulness on prompts that were kept out is not determined: they are too few.');
  return { truth: { heldOut: numberAt(ratios, 0) }, notes };
}

/** Means are over search prompts of equal length. */
function hasReplacement({ spec, cases }: SearchSpace, i: number): boolean {
  const lengthOf = (k: number) => spec.cases[k]!.tokens.length;
  return spec.ablation !== 'mean' || cases.some((k) => lengthOf(k) === lengthOf(i));
}

function withTruth(found: GraphFound, outcomes: readonly Outcome[]): GraphFound {
  const truth: Partial<GraphTruth> = Object.assign({}, found.truth, ...outcomes.map((one) => one.truth));
  const notes = [...found.notes, ...outcomes.flatMap((one) => one.notes ?? [])];
  const empty = outcomes.find((one) => one.empty !== undefined)?.empty ?? found.empty;
  return {
    ...found,
    notes,
    truth: { faithfulness: { value: null }, ...truth },
    ...(empty === undefined ? {} : { empty }),
  };
}

/** Share of the search done after each part, by number of runs. */
function sharesOf({ space, kept }: Tested, from: number): { first: number; heldOut: number; second: number } {
  const { spec, cases, heldOut, edges } = space;
  const first = faithfulnessSets(spec) * cases.length;
  const held = 2 * heldOut.length;
  const second = partSets(spec, kept.length) * cases.length;
  const all = first + held + second + searchesAgain(spec) * edges.length * cases.length;
  const after = (runs: number) => from + ((1 - from) * runs) / all;
  return { first: after(first), heldOut: after(first + held), second: after(first + held + second) };
}

const partSets = (spec: GraphSpec, kept: number): number => subsetSets(spec, kept) + 3 * spec.interactions;

/**
 * Upper bound of test runs over all prompts, for a search's outlook. `total`: edges of the model,
 * which repeated searches may cut; `kept`: edges of the graph.
 */
export function testForwards(spec: GraphSpec, total: number, kept: number): number {
  const searched = spec.cases.length - spec.heldOut;
  const sets = faithfulnessSets(spec) + partSets(spec, kept) + searchesAgain(spec) * total;
  return sets * searched + 2 * spec.heldOut;
}
