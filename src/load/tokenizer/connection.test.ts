/** The engine's side of a tokenizer's thread, with fake threads: deadlines, restarts, batches. */
import { describe, expect, it } from 'vitest';
import golden from '../../../reference/tokenizer/golden.json';
import { tokenizerFiles, tokenizerWith } from '../testing/hostile';
import { loadTokenizer } from '../tokenizer';
import { connectTokenizer, type StartThread, TokenizerStopped } from './connection';
import { inThisThread } from './inThisThread';
import type { Reply, Request } from './serve';

const source = tokenizerFiles(golden.tokenizer, '{{ bos_token }}[{{ messages[0].content }}]');
const deadlines = { loading: 200, call: 60 };
const open = (startThread: StartThread, signal?: AbortSignal) =>
  connectTokenizer(source, { startThread, hints: {}, deadlines, signal });

/** Threads that answer through `change`, which may drop a reply, and count requests. */
function threads(
  change: (reply: Reply, request: Request, thread: number) => Reply | null = (reply) => reply,
) {
  const seen = { started: 0, ended: 0, requests: [] as Request[], fail: (_: string): void => undefined };
  const startThread: StartThread = (hear, fail) => {
    const number = seen.started++;
    seen.fail = fail;
    let last: Request;
    const inner = inThisThread((reply) => {
      const changed = change(reply, last, number);
      if (changed) hear(changed);
    }, fail);
    return {
      post: (request) => {
        last = request;
        seen.requests.push(request);
        inner.post(request);
      },
      end: () => {
        seen.ended++;
        inner.end();
      },
    };
  };
  return { startThread, seen };
}
const jobsOf = (requests: readonly Request[]) =>
  requests.flatMap((request) => ('jobs' in request ? [request.jobs.length] : []));
const hangsOn = (text: string) => (reply: Reply, request: Request) =>
  'jobs' in request && request.jobs.some((job) => 'text' in job && job.text === text) ? null : reply;

describe('a tokenizer in a thread', () => {
  it('gives what it gives without one', async () => {
    const own = loadTokenizer(golden.tokenizer, { bos_token: '<|endoftext|>' });
    const { tokenizer, hasChatTemplate } = await open(inThisThread);
    for (const { text } of golden.cases) expect(await tokenizer.encode(text)).toEqual(own.encode(text));
    const { encode: _, table: _1, decode, decodeAll, ...known } = own;
    expect(tokenizer).toMatchObject(known);
    for (let id = -1; id <= own.vocabSize + 1; id++) expect(tokenizer.decode(id)).toBe(decode(id));
    expect(tokenizer.decodeAll([0, 5, 99_999])).toBe(decodeAll([0, 5, 99_999]));
    expect(hasChatTemplate).toBe(true);
    expect(await tokenizer.chat('hi', { bosToken: '<s>', eosToken: null })).toBe('<s>[hi]');
  });

  it('is asked once for what is asked together', async () => {
    const { startThread, seen } = threads();
    const { tokenizer } = await open(startThread);
    const texts = Array.from({ length: 500 }, (_, i) => `The capital of ${i}`);
    const both = async (text: string) => [
      ...(await tokenizer.encode(text)),
      ...(await tokenizer.encode(`${text} is`)),
    ];
    await Promise.all(texts.map(both));
    expect(jobsOf(seen.requests)).toEqual([500, 500]);
  });

  it('answers one text although another cannot be read', async () => {
    const bare = tokenizerFiles(tokenizerWith({ model: { type: 'BPE', vocab: { a: 7 }, merges: [] } }));
    const { tokenizer } = await connectTokenizer(bare, { startThread: inThisThread, hints: {} });
    const [good, bad] = await Promise.allSettled([tokenizer.encode('a'), tokenizer.encode('b')]);
    expect(good).toMatchObject({ value: [{ id: 7, text: 'a' }] });
    expect(bad).toMatchObject({ reason: { message: expect.stringContaining('do not spell "b"') } });
  });
});

describe('a tokenizer that is silent', () => {
  it('is ended, in one sentence about the text; the next call has a fresh thread', async () => {
    const { startThread, seen } = threads(hangsOn('x'));
    const { tokenizer } = await open(startThread);
    await expect(tokenizer.encode('x')).rejects.toThrow(
      new TokenizerStopped('tokenizer: "x" took more than 0.06 s').message,
    );
    expect(seen).toMatchObject({ started: 1, ended: 1 });
    expect(await tokenizer.encode('of')).toHaveLength(1);
    expect(seen.started).toBe(2);
    await expect(Promise.all([tokenizer.encode('x'), tokenizer.encode('of')])).rejects.toThrow(
      TokenizerStopped,
    );
    expect(seen).toMatchObject({ started: 2, ended: 2 });
  });

  it('fails what was asked with it, and not what was asked later', async () => {
    const { startThread, seen } = threads(hangsOn('x'));
    const { tokenizer } = await open(startThread);
    const hung = Promise.allSettled([tokenizer.encode('x'), tokenizer.encode('of')]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const later = tokenizer.encode('of');
    const reason = { message: expect.stringContaining('"x" took more than') };
    expect(await hung).toMatchObject([{ reason }, { reason }]);
    expect(await later).toHaveLength(1);
    expect(seen.started).toBe(2);
  });

  it('while it loads is given up', async () => {
    const { startThread, seen } = threads(() => null);
    await expect(open(startThread)).rejects.toThrow(
      "tokenizer: loading it took more than 0.2 s. This model's tokenizer cannot be used: open another model.",
    );
    expect(seen.ended).toBe(1);
  });

  it('in a chat template says so', async () => {
    const { startThread } = threads((reply, request) => ('jobs' in request ? null : reply));
    const { tokenizer } = await open(startThread);
    await expect(tokenizer.chat('hi', { bosToken: null, eosToken: null })).rejects.toThrow(
      /^chat template: it took more than/,
    );
  });

  it('is not one that answers slowly, a part at a time', async () => {
    const slow: StartThread = (hear, fail) => {
      return inThisThread((reply) => {
        if (!('answers' in reply)) return hear(reply);
        for (const [i, answer] of reply.answers.entries())
          setTimeout(hear, 40 * (i + 1), { answers: [answer] });
      }, fail);
    };
    const { tokenizer } = await open(slow);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((text) => tokenizer.encode(text)))).toHaveLength(4);
  });

  it('is not one that answered while this thread was busy', async () => {
    const late: StartThread = (hear, fail) =>
      inThisThread((reply) => ('answers' in reply ? setTimeout(hear, 1, reply) : hear(reply)), fail);
    const { tokenizer } = await open(late);
    const asked = tokenizer.encode('of');
    await Promise.resolve().then(() => undefined);
    const until = performance.now() + 4 * deadlines.call;
    while (performance.now() < until);
    expect(await asked).toHaveLength(1);
  });
});

describe('a thread', () => {
  it('that breaks down says why, in all that was asked', async () => {
    const { startThread, seen } = threads(hangsOn('x'));
    const { tokenizer } = await open(startThread);
    const asked = Promise.allSettled([tokenizer.encode('x'), tokenizer.encode('of')]);
    setTimeout(() => seen.fail('out of memory'), 10);
    const reason = { message: expect.stringMatching(/^tokenizer: its thread ended \(out of memory\)\. /) };
    expect(await asked).toMatchObject([{ reason }, { reason }]);
    expect(await tokenizer.encode('of')).toHaveLength(1);
  });

  it('ends at once where loading is cancelled', async () => {
    const { startThread, seen } = threads(() => null);
    const stop = new AbortController();
    const opening = open(startThread, stop.signal);
    setTimeout(() => stop.abort(new Error('cancelled')), 10);
    await expect(opening).rejects.toThrow('cancelled');
    expect(seen).toMatchObject({ started: 1, ended: 1 });
  });

  it('ends with its model, and what it was asked is rejected', async () => {
    const { startThread, seen } = threads(hangsOn('x'));
    const { tokenizer } = await open(startThread);
    const asked = tokenizer.encode('x');
    await new Promise((resolve) => setTimeout(resolve, 5));
    tokenizer.close();
    await expect(asked).rejects.toThrow('tokenizer: its model was closed. Ask the open one.');
    await expect(tokenizer.encode('of')).rejects.toThrow('its model was closed');
    expect(seen.ended).toBeGreaterThan(0);
    expect(seen.started).toBe(1);
  });

  it('says in one sentence what the file is', async () => {
    const bad = tokenizerFiles({ ...golden.tokenizer, normalizer: { type: 'Rot13' } });
    await expect(connectTokenizer(bad, { startThread: inThisThread, hints: {}, deadlines })).rejects.toThrow(
      /^tokenizer\.json: normalizer: type: wrong value/,
    );
  });
});
