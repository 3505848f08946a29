import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { findingTitle, selectFinding } from './select';

const textOf = (pieces: readonly { readonly text: string }[]): string =>
  pieces.map(({ text }) => text).join('');

describe('selectFinding', () => {
  it('has a headline, and a line for each further kind', () => {
    const view = selectFinding(sampleDocument());
    expect(textOf(view.sentence)).toMatch(/^(Restoring|No single)/);
    const details = view.details.map(textOf).join('\n');
    expect(details).toContain('MLP');
    expect(details).toContain('attention');
  });

  it('names the whole subject by its strongest layer', () => {
    const document = sampleDocument();
    const group = document.kinds.hidden!.groups[0]!;
    const best = group.effect.indexOf(Math.max(...group.effect));
    const line = selectFinding(document)
      .details.map(textOf)
      .find((text) => text.includes('together'));
    expect(line).toContain(`together after block ${best} `);
  });

  it('says above the picture when the model does not know', () => {
    expect(selectFinding({ ...sampleDocument(), known: true }).unknown).toBeNull();
    const note = selectFinding({ ...sampleDocument(), known: false }).unknown!;
    expect(textOf(note)).toMatch(/does not know/);
    expect(note.some((piece) => piece.emphasis)).toBe(true);
  });

  it('titles a finding by subject and answer', () => {
    expect(findingTitle(sampleDocument())).toMatch(/ → /);
  });
});
