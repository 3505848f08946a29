import { describe, expect, it } from 'vitest';
import type { GeneratedToken } from '../../engine/api';
import { plainText } from '../../results/format';
import { roomProblem, selectGeneration } from './select';

const token: GeneratedToken = {
  sequence: 0,
  step: 2,
  id: 7,
  text: ' Paris',
  p: 0.25,
  logit: 3,
  drawn: 0.4,
  top: [
    { id: 9, text: ' Lyon', p: 0.5, logit: 4 },
    { id: 7, text: ' Paris', p: 0.25, logit: 3 },
  ],
};

describe('selectGeneration', () => {
  it('shows token, probability and what else was likely', () => {
    const [chip] = selectGeneration([token], true);
    expect(chip!.text).toBe('·Paris');
    expect(plainText(chip!.label)).toBe('·Paris, 25 %');
    expect(chip!.details.place).toBe('new token 3');
    expect(plainText(chip!.details.p)).toBe('25 %');
    expect(plainText(chip!.details.drawn!)).toBe('40 %');
    expect(chip!.details.top.map(({ text, isChosen }) => [text, isChosen])).toEqual([
      ['·Lyon', false],
      ['·Paris', true],
    ]);
    expect(selectGeneration([token], false)[0]!.details.drawn).toBeNull();
  });
});

describe('roomProblem', () => {
  it('says what fits', () => {
    expect(roomProblem(6, 58, 64, 'Atlas')).toBeNull();
    expect(roomProblem(6, 59, 64, 'Atlas')).toBe(
      'Atlas reads at most 64 tokens; the prompt leaves room for 58 new ones.',
    );
    expect(roomProblem(64, 1, 64, 'Atlas')).toBe('The prompt fills all 64 positions of Atlas. Shorten it.');
  });
});
