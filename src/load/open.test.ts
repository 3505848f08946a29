import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { quoted } from '../util/parse';
import { diskFolder } from './disk';
import { fetchFolder, hubFolder } from './folder';
import { openCheckpoint } from './open';
import { BOS, card, config, files, json, shapes, weightFile } from './testing/gpt2Folder';
import { inThisThread as startThread } from './tokenizer/inThisThread';

/** Opens a model and reads everything. */
const open = async (change: Record<string, Blob | null> = {}) => {
  const checkpoint = await openCheckpoint(
    { kind: 'files', title: 'my folder', files: files(change) },
    { startThread },
  );
  await checkpoint.weights.stream({ write: async () => undefined });
  return checkpoint;
};

describe('opening a local folder', () => {
  it('gives everything that an engine needs', async () => {
    const progress: string[] = [];
    const source = { kind: 'files', title: 'my folder', files: files() } as const;
    const checkpoint = await openCheckpoint(source, {
      startThread,
      onProgress: (doing) => progress.push(doing),
    });
    const weightBytes = files().get('model.safetensors')!;
    expect(checkpoint).toMatchObject({
      id: 'tiny',
      title: 'Tiny',
      revision: 'local',
      weights: { bytes: weightBytes.size, present: weightBytes.size },
      bos: true,
      spec: { nLayers: 1, dVocab: 400 },
      facts: [
        { relation: 'capital', prompt: 'The capital of Niger is', subject: 'Niger', answer: ' Niamey' },
      ],
    });
    expect(checkpoint.tokenizer.bosToken).toEqual({ id: 0, text: BOS });
    expect(await checkpoint.weights.get('ln_final.b')).toEqual(new Float32Array([1, 1, 1, 1]));
    const hash = createHash('sha256')
      .update(new Uint8Array(await weightBytes.arrayBuffer()))
      .digest('hex');
    const read: number[] = [];
    const sink = { write: async () => undefined };
    const onBytes = (bytes: number) => read.push(bytes);
    expect(await checkpoint.weights.stream(sink, { onBytes })).toEqual({ sha256: hash, notFinite: [] });
    expect(progress).toContain('reading model.safetensors');
    expect(read.at(-1)).toBe(weightBytes.size);
  });

  it('needs neither card nor tokenizer_config.json, and takes names with the folder before them', async () => {
    const bare = files({ 'loci.json': null, 'tokenizer_config.json': null, 'facts.json': null });
    const inFolder = new Map([...bare].map(([name, blob]) => [`picked/${name}`, blob]));
    const checkpoint = await openCheckpoint(
      { kind: 'files', title: 'my folder', files: inFolder },
      { startThread },
    );
    expect(checkpoint).toMatchObject({
      id: 'my folder',
      title: 'my folder',
      card: null,
      facts: [],
    });
    expect(checkpoint.tokenizer.bosToken).toEqual({ id: 0, text: BOS });
  });

  const { 'h.0.mlp.c_fc.bias': _, ...oneLess } = shapes;
  it.each<[string, Record<string, Blob | null>, string]>([
    ['no config', { 'config.json': null }, 'config.json: is missing in the chosen folder. Check the name'],
    [
      'an adapter',
      { 'config.json': null, 'adapter_config.json': json({ base_model_name_or_path: 'gpt2' }) },
      'this is an adapter without its model.',
    ],
    [
      'a diffusers pipeline',
      { 'config.json': null, 'model_index.json': json({}) },
      'this is a diffusers pipeline',
    ],
    [
      'weights of another program',
      { 'model.safetensors': null, 'tf_model.h5': new Blob(['x']) },
      'got tf_model.h5, which Loci does not read.',
    ],
    [
      "SentencePiece's own file",
      { 'tokenizer.json': null, 'tokenizer.model': new Blob(['x']) },
      'tokenizer.json: is missing in the chosen folder, got tokenizer.model, which Loci does not read.',
    ],
    ['no tokenizer', { 'tokenizer.json': null }, 'tokenizer.json: is missing in the chosen folder.'],
    ['no fact table', { 'facts.json': null }, 'facts.json: is missing in the chosen folder.'],
    ['no weights', { 'model.safetensors': null }, 'model.safetensors: is missing in the chosen folder.'],
    [
      'an index without shards',
      { 'model.safetensors': null, 'model.safetensors.index.json': json({ weight_map: {} }) },
      'weight_map: wrong number of files, got 0, expected 1 to 1000.',
    ],
    [
      'a shard outside the folder',
      {
        'model.safetensors': null,
        'model.safetensors.index.json': json({ weight_map: { 'wte.weight': '../x.safetensors' } }),
      },
      "weight_map: wrong file name, got '../x.safetensors'",
    ],
    [
      'a shard that is missing',
      {
        'model.safetensors': null,
        'model.safetensors.index.json': json({
          weight_map: { 'wte.weight': 'model-00001-of-00001.safetensors' },
        }),
      },
      'model-00001-of-00001.safetensors: is missing in the chosen folder.',
    ],
    [
      'a pickle that is none',
      { 'model.safetensors': null, 'pytorch_model.bin': json({}) },
      'pytorch_model.bin: is not a torch.save file',
    ],
    [
      'a page for a config',
      { 'config.json': new Blob(['<!doctype html>']) },
      'config.json: is not valid JSON, got "<!doct',
    ],
    [
      'another architecture',
      { 'config.json': json({ ...config, model_type: 'mamba' }) },
      "'mamba' is a state-space or recurrent model without attention",
    ],
    [
      'a missing tensor',
      { 'model.safetensors': weightFile(oneLess) },
      "tensor 'h.0.mlp.c_fc.bias' is missing",
    ],
    [
      'an unknown tensor in a block',
      { 'model.safetensors': weightFile({ ...shapes, 'h.0.attn.q_norm.weight': [4] }) },
      'unknown tensor, got "h.0.attn.q_norm.weight"',
    ],
    ['a cut file', { 'model.safetensors': weightFile(shapes).slice(0, -8) }, 'model.safetensors: wrong size'],
    [
      'a future card',
      { 'loci.json': json({ ...card, version: 2 }) },
      'loci.json: version: wrong value, got 2, expected 1.',
    ],
  ])('refuses %s in one sentence', async (_name, change, sentence) => {
    await expect(open(change)).rejects.toThrow(sentence);
    await expect(open(change)).rejects.toThrow(/^[\w.-]+: [^\n]*$/);
  });
});

describe('opening over HTTP', () => {
  let server: Server | undefined;
  const serve = async (listener: RequestListener): Promise<string> => {
    server = createServer(listener);
    await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  /** Serves one model's files at the hub's addresses. */
  const hub =
    (content: Map<string, Blob>): RequestListener =>
    async (request, response) => {
      const name = request.url?.match(/^\/someone\/tiny\/resolve\/v1\/(.+)$/)?.[1];
      const blob = name === undefined ? undefined : content.get(name);
      if (!blob) return response.writeHead(404).end();
      response.writeHead(200, { 'content-length': blob.size }).end(Buffer.from(await blob.arrayBuffer()));
    };

  it("opens a model from a mirror with the hub's layout, without Range", async () => {
    const base = await serve(hub(files({ 'loci.json': null })));
    const source = { kind: 'hub', id: 'someone/tiny', revision: 'v1', base } as const;
    const checkpoint = await openCheckpoint(source, { startThread });
    expect(checkpoint).toMatchObject({ id: 'someone/tiny', revision: 'v1', card: null });
    const size = files().get('model.safetensors')!.size;
    expect(checkpoint.weights).toMatchObject({ bytes: size, present: 0 });
    expect(await checkpoint.weights.get('ln_final.b')).toEqual(new Float32Array([1, 1, 1, 1]));
  });

  it('opens a builtin model below the address of the app', async () => {
    const asked: string[] = [];
    const base = await serve((request, response) => {
      asked.push(request.url!);
      response.writeHead(404).end();
    });
    const opening = openCheckpoint(
      { kind: 'builtin', id: 'atlas' },
      { startThread, appUrl: `${base}/loci/` },
    );
    await expect(opening).rejects.toThrow(`config.json: is missing in ${base}/loci/models/atlas/.`);
    expect(asked).toContain('/loci/models/atlas/config.json');
  });

  it.each<[string, RequestListener, string | null]>([
    ['404', (_, response) => response.writeHead(404).end(), null],
    [
      'the page of a single-page app',
      (_, r) => r.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>'),
      null,
    ],
    ['401', (_, response) => response.writeHead(401).end(), 'x.json: the server refuses, got HTTP 401 from '],
    [
      '403',
      (_, response) => response.writeHead(403).end(),
      'The model is private or gated, or does not exist',
    ],
    ['500', (_, response) => response.writeHead(500).end(), 'x.json: the server failed, got HTTP 500 from '],
    ['a hang-up', (_, response) => response.destroy(), 'x.json: cannot be fetched from '],
    [
      'a download that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy());
      },
      'x.json: cannot be fetched from ',
    ],
  ])('answers %s', async (_name, listener, sentence) => {
    const folder = fetchFolder(await serve(listener));
    if (sentence === null) expect(await folder.readFile('x.json')).toBeNull();
    else await expect(folder.readFile('x.json')).rejects.toThrow(sentence);
  });

  it('says what may be wrong when nobody answers', async () => {
    const base = await serve(() => undefined);
    server!.close();
    server!.closeAllConnections();
    await expect(fetchFolder(base).readFile('x.json')).rejects.toThrow(
      /^x\.json: cannot be fetched from .*\(CORS\)/,
    );
  });

  it('stops when told to, in the middle of a file', async () => {
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
    });
    const stop = new AbortController();
    const source = { kind: 'hub', id: 'someone/tiny', base } as const;
    const opening = openCheckpoint(source, {
      startThread,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('refuses ids that lead elsewhere', () => {
    for (const id of ['', 'a/b/c', '../x', 'a/..', 'a b', 'https://x']) {
      expect(() => hubFolder(id)).toThrow(`model id: not a hub id, got '${id}'`);
    }
    expect(hubFolder('openai-community/gpt2').where).toBe(
      'https://huggingface.co/openai-community/gpt2/resolve/main/',
    );
    expect(hubFolder('gpt2', { revision: 'a/b', base: 'https://mirror/hf/' }).where).toBe(
      'https://mirror/hf/gpt2/resolve/a%2Fb/',
    );
  });

  it('refuses revisions and file names that lead elsewhere, and encodes the others', async () => {
    const asked: string[] = [];
    const base = await serve((request, response) => {
      asked.push(request.url!);
      response.writeHead(404).end();
    });
    for (const revision of [
      '',
      '.',
      '..',
      'a..b',
      '/a',
      'a/',
      'a//b',
      'a/.b',
      'a b',
      'a?b',
      'a\\b',
      'a\nb',
      'a~1',
    ])
      expect(() => hubFolder('gpt2', { base, revision })).toThrow(
        `revision: not a git revision, got ${quoted(revision)}, expected`,
      );
    await hubFolder('gpt2', { base, revision: 'refs/pr/1' }).readFile('x.json');
    expect(asked.splice(0)).toEqual(['/gpt2/resolve/refs%2Fpr%2F1/x.json']);

    for (const folder of [hubFolder('gpt2', { base }), fetchFolder(base)]) {
      for (const name of [
        ...[
          '',
          '.',
          '..',
          '../x',
          'a/../../x',
          'a/..',
          '/x',
          'a//x',
          'x/',
          '..\\x',
          'https://other/x',
          'c:x',
        ],
        ...['x?y', 'x#y', '%2e%2e%2fx', 'a%2fx', 'x\ny', 'x\0', '\ud800'],
      ]) {
        const sentence = `file name: not a plain one, got ${quoted(name)}, expected one like 'model.gguf'.`;
        await expect(folder.readFile(name)).rejects.toThrow(sentence);
        await expect(folder.openFile(name)).rejects.toThrow(sentence);
      }
      expect(asked).toEqual([]);
      await folder.readFile('onnx/model é+&.json');
      expect(asked.splice(0)[0]).toMatch(/\/onnx\/model%20%C3%A9%2B%26\.json$/);
    }
  });

  it('refuses a builtin model that is no name', async () => {
    for (const id of ['..', '', 'a/b', 'a?b', '//x'])
      await expect(
        openCheckpoint({ kind: 'builtin', id }, { appUrl: 'http://127.0.0.1/', startThread }),
      ).rejects.toThrow(`model: not a builtin one, got '${id}'`);
  });
});

describe('a folder on disk', () => {
  it('answers null for a missing file and a sentence for an unreadable one', async () => {
    const folder = diskFolder('reference');
    expect(await folder.readFile('nothing.json')).toBeNull();
    await expect(folder.readFile('goldens')).rejects.toThrow(/^goldens: cannot be read from reference \(/);
  });
});
