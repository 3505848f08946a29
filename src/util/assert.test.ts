import { describe, expect, it } from 'vitest';
import { assert, assertInternal } from './assert';

describe('assert', () => {
  it('throws the sentence only if the condition fails', () => {
    expect(() => assert(1, 'no')).not.toThrow();
    expect(() => assert(0, 'prompt: is empty.')).toThrow(/^prompt: is empty\.$/);
    expect(() => assertInternal(null, 'no rows')).toThrow(/^internal: no rows$/);
  });
});
