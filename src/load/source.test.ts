import { expect, it } from 'vitest';
import { sourceOfModel } from './source';

const COMMIT = 'ab'.repeat(20);

it('finds a model that comes with the page or lies at a commit of the hub', () => {
  expect(sourceOfModel({ id: 'atlas', revision: 'builtin' })).toEqual({ kind: 'builtin', id: 'atlas' });
  expect(sourceOfModel({ id: 'someone/gpt2', revision: COMMIT })).toEqual({
    kind: 'hub',
    id: 'someone/gpt2',
    revision: COMMIT,
  });
  expect(sourceOfModel({ id: 'someone/models/q4/tiny.gguf', revision: COMMIT })).toEqual({
    kind: 'hub',
    id: 'someone/models',
    file: 'q4/tiny.gguf',
    revision: COMMIT,
  });
});

it.each([
  ['model.safetensors', 'local'],
  ['mine', 'builtin'],
  ['someone/gpt2', 'main'],
  ['someone/gpt2', ''],
  ['someone/gpt2/model.bin', COMMIT],
  ['https://elsewhere/x', COMMIT],
])('does not guess for %s at %s', (id, revision) => expect(sourceOfModel({ id, revision })).toBeNull());
