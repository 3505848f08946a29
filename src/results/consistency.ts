/** What a schema cannot say: the parts of a document agree with each other. T tokens, L layers. */
import { answerRowOf, askedOf, drawsOf } from './asked';
import { expectEqual, fail } from './contradiction';
import type { GroupResult, KindResult, TraceDocument } from './document';

/** @throws Error with one sentence naming the first part that contradicts another. */
export function checkConsistency(document: TraceDocument): void {
  const question = askedOf(document);
  expectEqual('spec.kind', document.spec.kind, document.kind, 'as the document');
  const T = document.tokens.length;
  expectEqual('tokens: entries', T, question.tokens.length, 'as in spec.tokens');
  document.tokens.forEach((token, i) => {
    expectEqual(`tokens[${i}].id`, token.id, question.tokens[i]!, 'as in spec.tokens');
  });
  const { begin, end } = question.subject;
  if (begin >= end || end > T) fail('spec.subject', `${begin} to ${end}`, `a range inside 0 to ${T}`);
  if (answerRowOf(question) >= T) fail('spec.answerRow', question.answerRow, `a position below ${T}`);
  expectEqual('answer.id', document.answer.id, question.answer.id, 'as in spec.answer');
  expectEqual('distractor.id', document.distractor?.id, question.distractor?.id, 'as in spec.distractor');
  expectEqual('metric', document.metric, question.metric, 'as in spec.metric');
  if (document.metric === 'logit-diff' && !document.distractor)
    fail('distractor', 'nothing', 'a token: the metric is logit-diff');

  const L = question.window.layers.length;
  if (L === 0) fail('spec.window.layers', '0 entries', 'one per layer');
  for (const [l, [first, after]] of question.window.layers.entries()) {
    if (first >= after || after > L)
      fail(`spec.window.layers[${l}]`, `${first} to ${after}`, `a range inside 0 to ${L}`);
  }
  const shape = { T, L, draws: drawsOf(question) ?? 1 };
  expectEqual('intervals.draws', document.intervals.draws, shape.draws, 'as in spec.corruption');
  checkDraws('corrupted', [document.corrupted.draws], shape.draws);
  checkPairs('corrupted', [document.corrupted.range, document.corrupted.interval]);
  const { varies, hatching } = document.intervals;
  if (hatching === 'logit-diff' && !document.distractor)
    fail('intervals.hatching', hatching, 'another, without a distractor');
  checkRules('corrupted', { interval: document.corrupted.interval }, document.intervals);
  const isSampled = question.corruption.type === 'noise';
  expectEqual('intervals.varies', varies, isSampled ? 'noise' : 'nothing', 'as in spec.corruption');
  const kinds = Object.entries(document.kinds).flatMap(([kind, result]) =>
    result ? [[kind, result] as const] : [],
  );
  for (const [kind, result] of kinds) {
    checkKind(`kinds.${kind}`, result, shape);
    checkRules(`kinds.${kind}`, result, document.intervals);
    for (const group of result.groups)
      checkRules(`kinds.${kind}: group ${group.name}`, group, document.intervals);
    // One list of rows stands beside the maps of all kinds.
    expectEqual(
      `kinds.${kind}.groups`,
      groupNames(result.groups),
      groupNames(kinds[0]![1].groups),
      `as in kinds.${kinds[0]![0]}`,
    );
  }
  for (const [i, { at, range, interval }] of (document.tightened ?? []).entries()) {
    checkPairs(`tightened[${i}]`, [range, interval]);
    if (at === 'corrupted') continue;
    const result = document.kinds[at.kind];
    const rows = T + (result?.groups.length ?? 0);
    if (!result || at.row >= rows || at.layer >= L) {
      fail(`tightened[${i}].at`, `${at.kind}, row ${at.row}, layer ${at.layer}`, 'a cell of this document');
    }
  }
}

interface Shape {
  readonly T: number;
  readonly L: number;
  readonly draws: number;
}

const MAPS = ['restored', 'effect', 'range', 'draws', 'interval', 'hatched', 'p'] as const;

function checkKind(where: string, result: KindResult, { T, L, draws }: Shape): void {
  for (const name of MAPS) {
    const rows = result[name];
    if (!rows) continue;
    expectEqual(`${where}.${name}: rows`, rows.length, T, 'one per token');
    rows.forEach((row, t) => {
      expectEqual(`${where}.${name}[${t}]: entries`, row.length, L, 'one per layer');
    });
  }
  checkDraws(where, result.draws?.flat() ?? [], draws);
  checkPairs(where, [...(result.range?.flat() ?? []), ...(result.interval?.flat() ?? [])]);
  result.groups.forEach((group, i) => {
    checkGroup(`${where}.groups[${i}]`, group, { T, L, draws });
  });
  const { peak } = result;
  const cells: (readonly [number, number])[] = peak
    ? [[peak.row, peak.layer], ...(peak.overNoise?.alike ?? [])]
    : [];
  for (const [row, layer] of cells) {
    if (row >= T || layer >= L) fail(`${where}.peak`, `row ${row}, layer ${layer}`, `a cell of ${T} x ${L}`);
  }
  checkPairs(`${where}.peak`, [peak?.overNoise?.interval]);
}

function checkGroup(where: string, group: GroupResult, { T, L, draws }: Shape): void {
  for (const name of ['restored', 'effect', 'range', 'draws', 'interval', 'hatched'] as const) {
    const row = group[name];
    if (row) expectEqual(`${where}.${name}: entries`, row.length, L, 'one per layer');
  }
  checkDraws(where, group.draws ?? [], draws);
  checkPairs(where, [...(group.range ?? []), ...(group.interval ?? [])]);
  const outside = group.rows.find((row) => row >= T);
  if (outside !== undefined) fail(`${where}.rows`, outside, `token positions below ${T}`);
}

/** What is read by a rule needs one: nothing has an interval where the document says that there are none. */
function checkRules(
  where: string,
  { interval, hatched, peak }: { interval?: unknown; hatched?: unknown; peak?: KindResult['peak'] },
  { rule, hatching }: TraceDocument['intervals'],
): void {
  if (interval !== undefined && rule === 'none')
    fail(`${where}.interval`, 'intervals', "none, since intervals.rule is 'none'");
  if (hatched !== undefined && hatching === 'none')
    fail(`${where}.hatched`, 'hatched cells', "none, since intervals.hatching is 'none'");
  if (peak?.overNoise)
    expectEqual(`${where}.peak.overNoise.by`, peak.overNoise.by, hatching, 'as intervals.hatching');
}

function checkDraws(where: string, lists: readonly (readonly number[] | undefined)[], draws: number): void {
  for (const list of lists) {
    if (list) expectEqual(`${where}.draws: entries`, list.length, draws, 'one per draw');
  }
}

function checkPairs(where: string, pairs: readonly (readonly [number, number] | undefined)[]): void {
  for (const pair of pairs) {
    if (pair && pair[0] > pair[1]) fail(where, `[${pair[0]}, ${pair[1]}]`, 'the lower end first');
  }
}

const groupNames = (groups: readonly GroupResult[]): string =>
  JSON.stringify(groups.map(({ name, rows }) => [name, rows]));
