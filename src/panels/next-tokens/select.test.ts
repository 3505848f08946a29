import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { selectNextTokens } from './select';

describe('selectNextTokens', () => {
  it('takes the document where it is about this prompt, else the live rows without corrupted numbers', () => {
    const document = sampleDocument({ nextTokens: 5 });
    expect(selectNextTokens(document, [])[0]!.corrupted).toEqual(document.nextTokens[0]!.corrupted);
    expect(selectNextTokens(null, [{ id: 7, text: ' x', p: 0.5, logit: 3 }])).toEqual([
      { id: 7, text: ' x', clean: { p: 0.5, logit: 3 }, corrupted: null },
    ]);
  });
});
