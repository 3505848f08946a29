import { expect, it } from 'vitest';
import type { ToldAnswer } from '../../engine/api';
import { plainText } from '../../results/format';
import { cutText, selectCuts } from './select';

const said = (top: readonly (readonly [number, string, number, number])[], difference: number) => ({
  top: top.map(([id, text, p, uncut]) => ({ id, text, p, uncut })),
  p: 0.5,
  difference,
});
const answer: ToldAnswer = {
  edges: 3,
  case: 0,
  before: said(
    [
      [1, ' Paris', 0.96, 0.96],
      [2, ' Oslo', 0.01, 0.01],
    ],
    4.2,
  ),
  after: said(
    [
      [2, ' Oslo', 0.41, 0.01],
      [3, ' Rome', 0.2, 0.002],
    ],
    -0.31,
  ),
  prompts: 1,
  answered: { before: 1, after: 0 },
  difference: { before: 4.2, after: -0.31 },
};

it('the new answer is told beside the old one', () => {
  expect(JSON.parse(plainText(JSON.stringify(selectCuts(answer))))).toEqual({
    sentence: 'With 3 wires cut the model says *·Oslo* (41 %); uncut it says *·Paris* (96 %).',
    numbers: 'Logit difference 4.2 → -0.31.',
    rows: [
      { token: '·Oslo', cut: '41 %', uncut: '1 %' },
      { token: '·Rome', cut: '20 %', uncut: '0.2 %' },
    ],
  });
  const { sentence, numbers } = selectCuts({
    ...answer,
    edges: 1,
    after: answer.before,
    prompts: 16,
    answered: { before: 16, after: 12 },
  });
  expect(plainText(sentence)).toBe('With one wire cut the model still says *·Paris* (96 %); uncut 96 %.');
  expect(numbers).toMatch(
    /; over 16 prompts 4\.2 → −0\.31, and 12 of them keep the answer first \(uncut 16\)\.$/,
  );
});

it('what was cut is told in words', () => {
  const names = ['a0.h1->m1', 'm1', 'm1->', 'a2.h0->logits@3', 'm1@2', 'm1->@2'];
  expect(names.map(cutText)).toEqual([
    'a0.h1 → m1',
    'all wires into m1',
    'all wires out of m1',
    'a2.h0 → logits at position 3',
    'all wires into m1 at position 2',
    'all wires out of m1 at position 2',
  ]);
});
