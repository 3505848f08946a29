import { expect, it } from 'vitest';
import { reasonOf } from './reason';

const thrown = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return error;
  }
};

it.each<[string, () => unknown, string]>([
  ['a value that is not there', () => (undefined as unknown as { x: string }).x, 'it uses a missing value'],
  ['a text that is too long', () => 'a'.repeat(2 ** 30), 'it asks for too much'],
  ['a pattern', () => new RegExp(['a(b: c', ''].join('')), 'Unterminated group'],
])('is in our words for %s', (_, action, reason) => {
  expect(reasonOf(thrown(action))).toBe(reason);
});

it("is a library's own sentence otherwise, on one line and cut", () => {
  expect(reasonOf(new SyntaxError('Unexpected character: §'))).toBe('Unexpected character: §');
  expect(reasonOf(new Error('a\nb'))).toBe('a b');
  expect(reasonOf(new Error('x'.repeat(10_000)))).toHaveLength(150);
  expect(reasonOf('nothing')).toBe('nothing');
});
