import { expect, it } from 'vitest';
import { fileFolder, hubFolder } from './folder';
import { identity } from './identity';

const spec = { family: 'gpt2', nLayers: 12, dModel: 768 };
const folder = fileFolder(new Map());

/** Title of a file named so, of a model with this config. */
const titleOf = (title: string, config: unknown) =>
  identity({ kind: 'files', title, files: new Map() }, folder, { card: null, config, spec }).title;

it('titles loose weights by their config, and keeps the file as the id', () => {
  const source = { kind: 'files', title: 'model.safetensors', files: new Map() } as const;
  const config = { _name_or_path: 'openai-community/gpt2' };
  expect(identity(source, folder, { card: null, config, spec })).toEqual({
    id: 'model.safetensors',
    title: 'openai-community/gpt2',
    revision: 'local',
  });
});

it.each([undefined, '', '..', '/home/someone/checkpoint', 'out/run/7', 'a b', 'x'.repeat(61), 7])(
  'takes architecture and size where the config has no hub id, such as %j',
  (name) => expect(titleOf('pytorch_model.bin', { _name_or_path: name })).toBe('gpt2, 12 layers, 768 wide'),
);

it('keeps the names of folders and GGUF files', () => {
  const config = { _name_or_path: 'openai-community/gpt2' };
  expect(titleOf('my folder', config)).toBe('my folder');
  expect(titleOf('SmolLM2.Q4_1.gguf', config)).toBe('SmolLM2.Q4_1.gguf');
});

it('titles a GGUF file of the hub by its name, and a card counts before all', () => {
  const source = { kind: 'hub', id: 'someone/models', file: 'q4/tiny.Q4_1.gguf', revision: 'main' } as const;
  const config = {};
  const there = hubFolder(source.id, source);
  expect(identity(source, there, { card: null, config, spec })).toEqual({
    id: 'someone/models/q4/tiny.Q4_1.gguf',
    title: 'tiny.Q4_1',
    revision: 'main',
  });
  const card = { title: 'Tiny' } as Parameters<typeof identity>[2]['card'];
  expect(identity(source, there, { card, config, spec }).title).toBe('Tiny');
});
