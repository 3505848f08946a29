/** A cancelled opening ends at once, whatever stage is stuck, and another model can open. */
import { expect, it } from 'vitest';
import type { ByteSource } from '../load/bytes';
import { type ModelFolder, fileFolder } from '../load/folder';
import { LONG_PROMPT } from '../load/testing/hostile';
import { files } from '../load/testing/gpt2Folder';
import type { StartThread } from '../load/tokenizer/connection';
import { inThisThread } from '../load/tokenizer/inThisThread';
import { OPEN_CANCELLED } from './api';
import { createEngine, type EngineOptions } from './engine';

const never = () => new Promise<never>(() => undefined);
const MODEL = { kind: 'files', title: 'good', files: files() } as const;
const withoutSigma = { 'loci.json': null };

/** A folder that stops answering when `name` is requested in this way. */
function stalling(name: string, how: 'readFile' | 'openFile' | 'read' | 'stream'): ModelFolder {
  const whole = fileFolder(files(withoutSigma));
  const stalls = (asked: string, now: string) => asked === name && now === how;
  return {
    ...whole,
    readFile: (asked) => (stalls(asked, 'readFile') ? never() : whole.readFile(asked)),
    openFile: async (asked) => {
      if (stalls(asked, 'openFile')) return never();
      const source = await whole.openFile(asked);
      return source && how === 'read'
        ? { ...source, size: source.size, read: never }
        : source && how === 'stream'
          ? { ...source, stream: standing }
          : source;
    },
  };
}

async function* standing(): ReturnType<ByteSource['stream']> {
  await never();
  yield new Uint8Array();
}

/** A thread that ignores requests with this field. */
const silentOn =
  (field: 'files' | 'jobs'): StartThread =>
  (hear, fail) => {
    const thread = inThisThread(hear, fail);
    return { ...thread, post: (request) => (field in request ? undefined : thread.post(request)) };
  };

const weights = 'model.safetensors';
const noGpu = { requestAdapter: never } as unknown as GPU;
it.each<[string, Partial<EngineOptions>, ModelFolder?]>([
  ['config.json', {}, stalling('config.json', 'readFile')],
  ['the tokenizer', {}, stalling('tokenizer.json', 'readFile')],
  ['the card', {}, stalling('loci.json', 'readFile')],
  ['the weight file', {}, stalling(weights, 'openFile')],
  ['the header', {}, stalling(weights, 'read')],
  ['the weights', {}, stalling(weights, 'stream')],
  ['loading the tokenizer', { startThread: silentOn('files') }],
  ["measuring sigma, in the tokenizer's thread", { startThread: silentOn('jobs') }],
  ['the adapter', { gpu: noGpu }],
])('opening that stands still at %s is cancelled', async (_, options, stalled) => {
  let isBroken = true;
  const folder = () => (isBroken ? (stalled ?? fileFolder(files(withoutSigma))) : null);
  const startThread: StartThread = (...on) =>
    (isBroken ? (options.startThread ?? inThisThread) : inThisThread)(...on);
  const engine = createEngine({ gpu: null, ...options, startThread, folder });
  const opening = engine.open({ ...MODEL, title: 'bad' });
  // Everything that can proceed has done so.
  await new Promise((resolve) => setTimeout(resolve, 30));
  await engine.cancelOpen();
  await expect(opening).rejects.toThrow(OPEN_CANCELLED);
  if (options.gpu) return;
  isBroken = false;
  expect((await engine.open(MODEL)).title).toBe('Tiny');
  await engine.close();
});

it('what is opened too late is closed', async () => {
  const reads: (() => void)[] = [];
  const ended: number[] = [];
  let started = 0;
  const startThread: StartThread = (hear, fail) => {
    const number = started++;
    const thread = inThisThread(hear, fail);
    return { ...thread, end: () => void ended.push(number) };
  };
  const slow = { ...fileFolder(files()) };
  const folder: ModelFolder = {
    ...slow,
    readFile: async (name) => {
      if (name === 'facts.json') await new Promise<void>((resolve) => reads.push(resolve));
      return slow.readFile(name);
    },
  };
  const engine = createEngine({ gpu: null, startThread, folder: () => folder });
  const opening = engine.preview(MODEL);
  await expect.poll(() => reads.length).toBe(1);
  const next = engine.preview(MODEL);
  await expect(opening).rejects.toThrow(OPEN_CANCELLED);
  await expect.poll(() => reads.length).toBe(2);
  for (const go of reads) go();
  expect((await next).title).toBe('Tiny');
  // Neither has left a thread.
  expect(ended.length).toBe(started);
});

it('a model whose tokenizer does not come to an end says so, and the next one opens', async () => {
  // Behaves like an ended thread: never answers.
  const startThread: StartThread = (hear, fail) => {
    const thread = inThisThread(hear, fail);
    const hangs = (text: string) => text === LONG_PROMPT;
    return {
      ...thread,
      post: (request) => {
        if ('jobs' in request && request.jobs.some((job) => 'text' in job && hangs(job.text))) return;
        thread.post(request);
      },
    };
  };
  const engine = createEngine({ gpu: null, startThread });
  await engine.open(MODEL);
  await expect(engine.tokenize(LONG_PROMPT, false)).rejects.toThrow(
    /^tokenizer: ".*" took more than 2 s\. This model's tokenizer cannot be used: open another model\.$/,
  );
  expect((await engine.open(MODEL)).title).toBe('Tiny');
  expect(await engine.tokenize('The', false)).toHaveLength(1);
  await engine.close();
});
