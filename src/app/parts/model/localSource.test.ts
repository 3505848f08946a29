import { expect, it } from 'vitest';
import { lensFileOf, sourceOfFiles } from './localSource';

/** A file as a browser gives it; `path` is empty unless a folder was picked. */
function file(name: string, path = ''): File {
  return Object.defineProperty(new File([path], name), 'webkitRelativePath', { value: path });
}

it('takes the name of the folder or of the file that holds the weights', () => {
  expect(sourceOfFiles([])).toBeNull();
  expect(sourceOfFiles([file('config.json'), file('model.safetensors')])).toMatchObject({
    kind: 'files',
    title: 'model.safetensors',
  });
  expect(sourceOfFiles([file('tiny.gguf')])).toMatchObject({ title: 'tiny.gguf' });
  expect(sourceOfFiles([file('config.json', 'minilm/config.json')])).toMatchObject({ title: 'minilm' });
});

it('leaves out folders inside a picked folder', async () => {
  const source = sourceOfFiles([
    file('config.json', 'minilm/config.json'),
    file('config.json', 'minilm/1_Pooling/config.json'),
    file('model.safetensors', 'minilm/onnx/model.safetensors'),
  ]);
  if (source?.kind !== 'files') throw new Error('no files');
  expect([...source.files.keys()]).toEqual(['config.json']);
  expect(await source.files.get('config.json')!.text()).toBe('minilm/config.json');
});

it('a lone file of tensors is a lens: a model comes with its config.json', () => {
  expect(lensFileOf([file('lens.pt')])?.name).toBe('lens.pt');
  expect(lensFileOf([file('lens.safetensors')])?.name).toBe('lens.safetensors');
  expect(lensFileOf([file('config.json'), file('model.safetensors')])).toBeNull();
  expect(lensFileOf([file('tiny.gguf')])).toBeNull();
  expect(lensFileOf([])).toBeNull();
});
