import { describe, expect, it } from 'vitest';
import { gpt2Spec } from '../model/testing';
import { copyOf, placeText, whyNoCopy } from './copiedState';
import { FIRST_PLACE, type Place } from './edits';
import { textOf } from './editText';

const model = gpt2Spec({ nLayers: 12, nHeads: 12, dModel: 24, dMlp: 48, nCtx: 32, dVocab: 50 });
const place = (change: Partial<Place>): Place => ({ ...FIRST_PLACE, ...change });
const state = { part: 'stream', layer: 2, position: 1 } as const;

describe('a copied state', () => {
  it.each<[Partial<Place>, Partial<Place>, string, string]>([
    [state, { ...state, layer: 5, position: 3 }, 'layer 2 at b', 'layer 5 from layer 2 at b at d'],
    [state, { ...state, position: 0 }, 'layer 2 at b', 'layer 2 from layer 2 at b at a'],
    [
      { part: 'head', layer: 2, head: 11, position: 0 },
      { part: 'head', layer: 0, head: 11, position: 2 },
      'head 2.11 at a',
      'head 0.11 from head 2.11 at a at c',
    ],
    [
      { part: 'token', position: 0 },
      { part: 'token', position: 3 },
      'token at a',
      'token from token at a at d',
    ],
  ])('goes from %j to %j', (from, to, named, words) => {
    const labels = ['a', 'b', 'c', 'd'];
    expect(whyNoCopy(model, place(from), place(to))).toBeNull();
    expect(placeText(model, place(from), labels)).toBe(named);
    const { what, does, where } = textOf(copyOf(model, place(from), place(to)), labels);
    expect(`${what} ${does} ${where}`).toBe(words);
  });

  it.each<[Partial<Place>, Partial<Place>, string]>([
    [state, { ...state, part: 'mlp' }, 'A state goes to a place of its kind, not from a layer to an MLP.'],
    [state, { ...state, position: null }, 'A state is copied at one position: choose one.'],
    [state, state, 'This is the place that was copied.'],
    [state, { part: 'wire', wire: 'm0->m1' }, 'A wire holds no state: choose a layer, a head or an MLP.'],
    [
      { part: 'head', head: 1, position: 1 },
      { part: 'head', head: 2, position: 2 },
      'A state goes to the same head, not from head 1 to head 2.',
    ],
  ])('does not go from %j to %j', (from, to, sentence) => {
    expect(whyNoCopy(model, place(from), place(to))).toBe(sentence);
  });
});
