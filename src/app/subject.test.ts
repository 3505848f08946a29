import { describe, expect, it } from 'vitest';
import type { Token } from '../engine/api';
import { bytesOfTokens, findSubject, followEdit, tokensOfBytes } from './subject';

const token = (text: string, bytes: [number, number] | null): Token => ({
  id: 0,
  text,
  bytes,
  isBos: bytes === null,
});
// 'The São Tomé' is 14 bytes in UTF-8.
const tokens = [token('<|bos|>', null), token('The', [0, 3]), token(' São', [3, 8]), token(' Tomé', [8, 14])];

describe('subjects', () => {
  it('maps bytes to tokens and back, BOS aside', () => {
    expect(tokensOfBytes(tokens, [4, 14])).toEqual([2, 4]);
    expect(tokensOfBytes(tokens, [0, 1])).toEqual([1, 2]);
    expect(tokensOfBytes(tokens, [20, 21])).toBeNull();
    expect(bytesOfTokens(tokens, [2, 4])).toEqual([3, 14]);
    expect(bytesOfTokens(tokens, [0, 1])).toBeNull();
  });

  it('finds a text in bytes and refuses to guess', () => {
    expect(findSubject('The São Tomé', 'São Tomé')).toEqual([4, 14]);
    expect(findSubject('Peru and Peru', 'Peru')).toBeNull();
    expect(findSubject('Peru', 'Chad')).toBeNull();
  });

  it('follows edits like a text editor', () => {
    const marked = [4, 10] as const; // 'France' in 'The France is'
    expect(followEdit(marked, 'The France is', 'Oh, The France is')).toEqual([8, 14]);
    expect(followEdit(marked, 'The France is', 'The France was')).toEqual([4, 10]);
    expect(followEdit(marked, 'The France is', 'The Japan is')).toEqual([4, 9]);
    expect(followEdit(marked, 'The France is', 'The Finland is')).toEqual([4, 11]);
    expect(followEdit(marked, 'The France is', 'Something')).toBeNull();
    expect(followEdit(marked, 'The France is', 'The  is')).toBeNull();
  });
});
