import { expect, it } from 'vitest';
import { storedModels } from './storedModels';

const file = (model: string, name: string, bytes: number, present = bytes) => ({
  key: `${model}/${name}`,
  model,
  file: name,
  revision: 'main',
  bytes,
  present,
});

it('puts the files of a repository together, and each GGUF file by itself', () => {
  const models = storedModels([
    file('b/two', 'config.json', 10),
    file('a/one', 'q8.gguf', 100, 40),
    file('b/two', 'model.safetensors', 50, 20),
    file('a/one', 'q4.gguf', 60),
  ]);
  expect(models).toEqual([
    { title: 'a/one/q4.gguf', id: 'a/one', file: 'q4.gguf', present: 60, bytes: 60, keys: ['a/one/q4.gguf'] },
    {
      title: 'a/one/q8.gguf',
      id: 'a/one',
      file: 'q8.gguf',
      present: 40,
      bytes: 100,
      keys: ['a/one/q8.gguf'],
    },
    {
      title: 'b/two',
      id: 'b/two',
      file: null,
      present: 30,
      bytes: 60,
      keys: ['b/two/config.json', 'b/two/model.safetensors'],
    },
  ]);
});
