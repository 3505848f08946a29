import { describe, expect, it } from 'vitest';
import { blobSource } from './bytes';
import type { ModelFolder } from './folder';
import { readNet } from './netFolder';

/** A folder of texts by their paths; `sizes` claims more bytes than a file has. */
function folderOf(files: Readonly<Record<string, string>>, sizes: Readonly<Record<string, number>> = {}) {
  const asked: string[] = [];
  const blob = (name: string) => {
    asked.push(name);
    return Object.hasOwn(files, name) ? new Blob([files[name]!]) : null;
  };
  const folder: ModelFolder = {
    where: 'here',
    readFile: async (name) => blob(name),
    openFile: async (name) => {
      const found = blob(name);
      if (!found) return null;
      return { ...blobSource(name, found), ...(sizes[name] !== undefined && { size: sizes[name] }) };
    },
  };
  return { folder, asked };
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('the files of a net', () => {
  it('are a graph in a folder, and what lies beside it', async () => {
    const { folder } = folderOf({ 'model.onnx': 'graph', 'config.json': '{}' });
    const { bytes, ...rest } = await readNet(folder);
    expect(textOf(bytes)).toBe('graph');
    expect(rest).toEqual({ path: 'model.onnx', preprocessor: null, config: '{}' });
  });

  it('are in a folder of their own on the hub, with the others above it or beside it', async () => {
    const { folder } = folderOf({
      'onnx/model.onnx': 'graph',
      'onnx/preprocessor_config.json': 'own',
      'preprocessor_config.json': 'above',
      'config.json': '{}',
    });
    expect(await readNet(folder)).toMatchObject({
      path: 'onnx/model.onnx',
      preprocessor: 'own',
      config: '{}',
    });
  });

  it('are those of the graph that is named', async () => {
    const { folder } = folderOf({ 'model.onnx': 'one', 'onnx/model_fp16.onnx': 'other' });
    const progress: number[] = [];
    const { bytes } = await readNet(folder, 'onnx/model_fp16.onnx', (loaded, total) =>
      progress.push(loaded / total),
    );
    expect(textOf(bytes)).toBe('other');
    expect(progress.at(-1)).toBe(1);
  });

  it('pin the revision by a small file, which is read before the graph', async () => {
    const { folder, asked } = folderOf({ 'model.onnx': 'graph' });
    await readNet(folder);
    expect(asked.indexOf('config.json')).toBeLessThan(asked.indexOf('model.onnx'));
  });

  it('are refused in one sentence if there is no graph, or more than protobuf can hold', async () => {
    await expect(readNet(folderOf({}).folder)).rejects.toThrow(
      'here: holds no net, got none of model.onnx, onnx/model.onnx, expected an ONNX file.',
    );
    const { folder } = folderOf({ 'model.onnx': 'x' }, { 'model.onnx': 3e9 });
    await expect(readNet(folder)).rejects.toThrow(
      /model\.onnx'?: is too large, got 3000000000 bytes, expected at most 2147483648\.$/,
    );
  });
});
