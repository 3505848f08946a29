import { describe, expect, it } from 'vitest';
import { sampleDocument, sampleOld } from '../../results/testing/sampleDocument';
import type { NextToken } from '../../results/trace';
import { selectNextTokens } from './select';

describe('selectNextTokens', () => {
  it('takes the document where it is about this prompt, else the live rows without corrupted numbers', () => {
    const document = sampleDocument({ nextTokens: 5 });
    const [{ id, token, clean, corrupted }] = sampleOld({ nextTokens: 5 }).nextTokens as [NextToken];
    expect(selectNextTokens(document, [])).toHaveLength(5);
    expect(selectNextTokens(document, [])[0]).toEqual({ id, text: token, clean, corrupted });
    expect(selectNextTokens(null, [{ id: 7, text: ' x', p: 0.5, logit: 3 }])).toEqual([
      { id: 7, text: ' x', clean: { p: 0.5, logit: 3 }, corrupted: null },
    ]);
  });
});
