/** Parses a trace spec from outside (a link, a file, a program): fields first, then the whole. */
import type { ModelSpec } from '../../model/spec';
import { parseWith, quoted } from '../../util/parse';
import { checkOutcomes, expectThat } from '../common/parse';
import { checkWindow, checkWindowLayers } from '../common/window';
import { type TraceSpec, traceSpec } from './spec';

const WHERE = 'trace';

/**
 * JSON -> spec. Throws one sentence with path, got and expected. With `model`, also checks layers,
 * token ids and prompt length.
 */
export function parseTraceSpec(json: unknown, model?: ModelSpec): TraceSpec {
  const spec = parseWith(traceSpec, json, WHERE);
  checkPositions(spec);
  checkQuestion(spec);
  if (model) checkModel(spec, model);
  return spec;
}

function expect(holds: boolean, path: string, got: unknown, expected: string): void {
  expectThat(holds, `${WHERE}: ${path}`, got, expected);
}

function checkPositions({ tokens, subject, answerRow, corruption, groups }: TraceSpec): void {
  const T = tokens.length;
  const range = `begin < end <= ${T}, the number of tokens`;
  expect(
    subject.begin < subject.end && subject.end <= T,
    'subject',
    `${subject.begin},${subject.end}`,
    range,
  );
  expect(answerRow === undefined || answerRow < T, 'answerRow', answerRow, `a position below ${T}`);
  if (corruption.type === 'tokens') {
    expect(corruption.tokens.length === T, 'corruption.tokens', `${corruption.tokens.length} tokens`, `${T}`);
  }
  groups.forEach((group, i) => {
    const outside = group.rows.find((row) => row >= T);
    expect(outside === undefined, `groups[${i}].rows`, outside, `positions below ${T}`);
    const first = groups.findIndex((other) => other.name === group.name);
    expect(first === i, `groups[${i}].name`, `${quoted(group.name)} again`, 'a name of its own');
  });
}

function checkQuestion({ metric, distractor, answer, kinds, window }: TraceSpec): void {
  expect(
    metric !== 'logit-diff' || distractor !== undefined,
    'distractor',
    'nothing',
    'a second answer, for the logit difference',
  );
  expect(distractor?.id !== answer.id, 'distractor.id', distractor?.id, "another token than the answer's");
  expect(new Set(kinds).size === kinds.length, 'kinds', kinds.join(), 'each kind once');
  checkWindow(WHERE, window);
}

function checkModel(spec: TraceSpec, model: ModelSpec): void {
  const { tokens, answer, distractor, corruption, window } = spec;
  const { nLayers: L, dVocab: V, nEmbeddings, nCtx } = model;
  expect(
    tokens.length <= nCtx,
    'tokens',
    `${tokens.length} tokens`,
    `at most ${nCtx}, the model's longest prompt`,
  );
  checkWindowLayers(WHERE, window, L);
  const replaced = corruption.type === 'tokens' ? corruption.tokens : [];
  const said = { answer: [answer.id], distractor: distractor ? [distractor.id] : [] };
  const within = (lists: Record<string, readonly number[]>, most: number) => {
    for (const [path, list] of Object.entries(lists)) {
      const outside = list.find((id) => id >= most);
      expect(outside === undefined, path, `token id ${outside}`, `ids below ${most}, the model's vocabulary`);
    }
  };
  checkOutcomes(WHERE, spec, [spec], model);
  within({ tokens, 'corruption.tokens': replaced }, nEmbeddings);
  within(said, V);
}
