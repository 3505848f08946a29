/** What a schema cannot say: the parts of a document agree with each other. T tokens, L layers. */
import { askedOf } from './asked';
import type { GroupResult, KindResult, TraceDocument, TraceKind } from './document';

/** @throws Error with one sentence naming the first part that contradicts another. */
export function checkConsistency(document: TraceDocument): void {
  const question = askedOf(document);
  const T = document.tokens.length;
  expectEqual('tokens: entries', T, question.tokens.length, 'as in spec.tokens');
  document.tokens.forEach((token, i) => {
    expectEqual(`tokens[${i}].id`, token.id, question.tokens[i]!, 'as in spec.tokens');
  });
  const { begin, end } = question.subject;
  if (begin >= end || end > T) fail('spec.subject', `${begin} to ${end}`, `a range inside 0 to ${T}`);
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
  for (const [kind, result] of Object.entries(document.kinds)) {
    if (result) checkKind(kind as TraceKind, result, T, L);
  }
}

function checkKind(kind: TraceKind, result: KindResult, T: number, L: number): void {
  const where = `kinds.${kind}`;
  const grids = {
    restored: result.restored,
    effect: result.effect,
    interval: result.interval,
    ...(result.p && { p: result.p }),
  };
  for (const [name, rows] of Object.entries(grids)) {
    expectEqual(`${where}.${name}: rows`, rows.length, T, 'one per token');
    rows.forEach((row, t) => {
      expectEqual(`${where}.${name}[${t}]: entries`, row.length, L, 'one per layer');
    });
  }
  result.interval.flat().forEach((pair) => {
    checkInterval(`${where}.interval`, pair);
  });
  result.groups.forEach((group, i) => {
    checkGroup(`${where}.groups[${i}]`, group, T, L);
  });
  const { peak } = result;
  if (peak && (peak.row >= T || peak.layer >= L)) {
    fail(`${where}.peak`, `row ${peak.row}, layer ${peak.layer}`, `a cell of ${T} x ${L}`);
  }
  checkInterval(`${where}.peak.interval`, peak?.interval ?? null);
}

function checkGroup(where: string, group: GroupResult, T: number, L: number): void {
  for (const name of ['restored', 'effect', 'interval'] as const) {
    expectEqual(`${where}.${name}: entries`, group[name].length, L, 'one per layer');
  }
  group.interval.forEach((pair) => {
    checkInterval(`${where}.interval`, pair);
  });
  const outside = group.rows.find((row) => row >= T);
  if (outside !== undefined) fail(`${where}.rows`, outside, `token positions below ${T}`);
}

function checkInterval(where: string, pair: readonly [number, number] | null): void {
  if (pair && pair[0] > pair[1]) fail(where, `[${pair[0]}, ${pair[1]}]`, 'the lower end first');
}

function expectEqual(where: string, got: unknown, expected: unknown, why: string): void {
  if (got !== expected) fail(where, got ?? 'nothing', `${expected ?? 'nothing'} (${why})`);
}

function fail(where: string, got: unknown, expected: string): never {
  throw new Error(
    `document: ${where}: contradicts the rest of the document, got ${got}, expected ${expected}.`,
  );
}
