import { describe, expect, it } from 'vitest';
import { type Engine, type LensInfo, type ModelSource, OPEN_CANCELLED } from '../../engine/api';
import { openLensFile } from '../actions/jacobian';
import { recover } from '../actions/recover';
import { cancelOpening, openModel } from '../actions/model';
import { cancelRun, runDraft } from '../actions/run';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { markSubject, typePrompt } from '../actions/question';
import { BEAT_EVERY } from './beat';
import { createEngineClient, type Ended } from './engineClient';
import type { ThreadEvents } from './engineThread';
import { createLoci } from '../loci';
import { createFakeEngine, type FakeEngine, MODEL, NO_NETS, settle } from '../testing';

const ATLAS: ModelSource = { kind: 'builtin', id: 'atlas' };
const OTHER: ModelSource = { kind: 'hub', id: 'someone/other' };

interface FakeThread extends ThreadEvents {
  readonly fake: FakeEngine;
  isEnded: boolean;
}

/** A client whose threads the test ends, and the page's reaction. */
function page(prepare: (fake: FakeEngine, n: number) => void = () => undefined) {
  const threads: FakeThread[] = [];
  const ends: Ended[] = [];
  let now = 0;
  const client = createEngineClient({
    start: (events) => {
      const thread: FakeThread = { ...events, fake: createFakeEngine(), isEnded: false };
      prepare(thread.fake, threads.length);
      threads.push(thread);
      return {
        engine: Promise.resolve<Engine>(thread.fake),
        end: () => {
          thread.isEnded = true;
        },
      };
    },
    fallback: ATLAS,
    onEnd: (ended) => {
      ends.push(ended);
      void recover(loci, ended);
    },
  });
  const loci = createLoci({ engine: client.engine, nets: NO_NETS }, () => true);
  const last = () => threads.at(-1)!;
  last().onBeat();
  return {
    loci,
    ends,
    threads,
    engine: client.engine,
    last,
    stop: async () => {
      last().onBeat();
      last().onStopped();
      await settle();
    },
    /** Seconds of silence. */
    silence: async (seconds: number) => {
      for (let s = 0; s <= seconds; s++) {
        now += BEAT_EVERY;
        client.tick(now, true);
      }
      await settle();
    },
    note: () => loci.status.getState().engineNote?.text,
  };
}

const never = (): Promise<never> => new Promise(() => undefined);

async function asked(at: ReturnType<typeof page>) {
  await openModel(at.loci, ATLAS);
  await typePrompt(at.loci, 'The capital of France is');
  await markSubject(at.loci, [4, 5]);
}

describe('a thread that stops', () => {
  it('is replaced by one, with the model open again and the question as it was', async () => {
    const at = page();
    await asked(at);
    const { draft } = at.loci.draft.getState();
    await at.stop();
    expect(at.threads.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    expect(at.loci.status.getState()).toMatchObject({ phase: 'ready', model: MODEL, opening: null });
    expect(at.loci.draft.getState()).toMatchObject({ draft, problem: null });
    expect(at.loci.draft.getState().spec).not.toBeNull();
    expect(at.note()).toBe('The engine stopped, so Loci restarted it.');
    // Ignores messages of the old thread.
    at.threads[0]!.onStopped();
    expect(at.threads).toHaveLength(2);
  });

  it('shows what it loads, under its own name', async () => {
    const at = page((fake, n) => {
      if (n === 0) return;
      fake.open = (_, onProgress) => {
        onProgress?.({ loadedBytes: 5, totalBytes: 10, doing: 'reading the weights' });
        return never();
      };
    });
    await openModel(at.loci, OTHER);
    await at.stop();
    expect(at.loci.status.getState()).toMatchObject({
      phase: 'loading',
      model: null,
      awaited: 'someone/other',
      opening: { loadedBytes: 5 },
    });
  });

  it('answers what was being read from the new one', async () => {
    const at = page((fake, n) => {
      fake.decode = n === 0 ? never : async () => 'from the second';
    });
    await openModel(at.loci, ATLAS);
    const text = at.engine.decode([1]);
    await at.stop();
    expect(await text).toBe('from the second');
  });

  it('asks nothing of another model that was meant for this one', async () => {
    const at = page((fake, n) => {
      fake.decode = never;
      if (n > 0) fake.open = () => Promise.reject(new Error('model.safetensors: is gone.'));
    });
    await openModel(at.loci, ATLAS);
    const text = at.engine.decode([1]);
    const rejected = expect(text).rejects.toThrow(/^engine: it stopped before it answered.* Ask again\.$/);
    await at.stop();
    await rejected;
    expect(at.loci.status.getState()).toMatchObject({
      phase: 'failed',
      openError: 'model.safetensors: is gone.',
    });
  });

  it('has minutes for a verification, which answers after all', async () => {
    let answer = (): void => undefined;
    const at = page((fake) => {
      const { verify } = fake;
      fake.verify = async (...asked) => {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return verify(...asked);
      };
    });
    await asked(at);
    const verified = at.engine.verify([1], 'onnxruntime');
    await at.silence(200);
    expect(at.threads).toHaveLength(1);
    answer();
    expect((await verified).errors.length).toBeGreaterThan(0);
    // What hangs otherwise is noticed as before.
    await at.silence(30);
    expect(at.ends.map(({ reason }) => reason)).toEqual(['silent']);
  });

  it('ends a verification that never answers', async () => {
    const at = page((fake) => {
      fake.verify = never;
    });
    await asked(at);
    const ended = expect(at.engine.verify([1], 'onnxruntime')).rejects.toThrow(/^engine: it stopped/);
    await at.silence(300);
    await ended;
    expect(at.threads).toHaveLength(2);
  });

  it('says it of what cannot be asked twice', async () => {
    const at = page((fake) => {
      fake.verify = never;
    });
    await openModel(at.loci, ATLAS);
    const verdict = at.engine.verify([1], 'onnxruntime').catch((error: Error) => error.message);
    await at.stop();
    expect(await verdict).toMatch(/^engine: it stopped before it answered/);
  });
});

describe('a Jacobian lens', () => {
  const lens: LensInfo = { sha256: 'ab', title: 'a.pt', dModel: 4, layers: [0], prompts: 4, skipFirst: 16 };
  const file = new File([], 'a.pt');

  it('is open again in the new thread, before its model is', async () => {
    const opened: number[] = [];
    const at = page((fake, n) => {
      fake.openLens = async (asked) => {
        expect(asked.file).toBe(file);
        if (n > 0) expect(at.loci.status.getState().model).toBeNull();
        opened.push(n);
        return lens;
      };
    });
    await openModel(at.loci, ATLAS);
    await openLensFile(at.loci, file);
    await at.stop();
    expect(opened).toEqual([0, 1]);
    expect(at.loci.lens.getState()).toMatchObject({ open: lens, through: 'jacobian', error: null });
    await at.stop();
    expect(opened).toEqual([0, 1, 2]);
  });

  it('that cannot be read again is closed, with a sentence', async () => {
    const at = page((fake, n) => {
      fake.openLens = async () => {
        if (n > 0) throw new Error('a.pt: the file has changed.');
        return lens;
      };
    });
    await openModel(at.loci, ATLAS);
    await openLensFile(at.loci, file);
    await at.stop();
    expect(at.loci.lens.getState()).toMatchObject({ open: null, error: 'a.pt: the file has changed.' });
    expect(at.loci.status.getState()).toMatchObject({ phase: 'ready', model: MODEL });
  });

  it('does not outlive its model', async () => {
    const at = page((fake) => {
      fake.openLens = async () => lens;
    });
    await openModel(at.loci, ATLAS);
    await openLensFile(at.loci, file);
    await openModel(at.loci, OTHER);
    await at.stop();
    expect(at.loci.lens.getState()).toMatchObject({ open: null, error: null });
  });
});

describe('silence', () => {
  it('ends the thread, and what was asked is not asked again: it may have been that', async () => {
    const at = page((fake) => {
      fake.chat = never;
    });
    await openModel(at.loci, ATLAS);
    const reply = at.engine.chat('hello').catch((error: Error) => error.name);
    await at.silence(30);
    expect(await reply).toBe('EngineEndedError');
    expect(at.note()).toBe('The engine stopped answering, so Loci restarted it.');
    expect(at.loci.status.getState()).toMatchObject({ phase: 'ready', model: MODEL });
  });
});

describe('a run', () => {
  it('goes on in the new thread, once', async () => {
    const at = page();
    await asked(at);
    const done = runDraft(at.loci);
    await settle();
    const { spec } = at.last().fake.runs[0]!;
    await at.stop();
    expect(at.note()).toBe('The engine stopped, so Loci restarted it; the run is taken up again.');
    expect(at.loci.status.getState()).toMatchObject({ phase: 'running', run: { fraction: 0 } });
    expect(at.last().fake.runs[0]!.spec).toBe(spec);
    await at.stop();
    await done;
    expect(at.last().fake.runs).toEqual([]);
    expect(at.loci.status.getState()).toMatchObject({ phase: 'ready', run: null });
    expect(at.loci.status.getState().runError).toMatch(/^engine: it stopped/);
  });

  it('ends with what the new thread measured', async () => {
    const at = page();
    await asked(at);
    const done = runDraft(at.loci);
    await settle();
    await at.stop();
    at.last().fake.runs[0]!.finish(sampleDocument());
    await done;
    expect(at.loci.status.getState()).toMatchObject({ phase: 'done', run: null, runError: null });
    expect(at.loci.session.getState().findings).toHaveLength(1);
  });

  it('that does not stop when cancelled is ended', async () => {
    const at = page((fake) => {
      fake.cancel = never;
    });
    await asked(at);
    const done = runDraft(at.loci);
    await settle();
    void cancelRun(at.loci);
    await at.silence(5);
    await done;
    expect(at.ends.map(({ reason }) => reason)).toEqual(['cancel']);
    expect(at.loci.status.getState()).toMatchObject({
      phase: 'cancelled',
      model: MODEL,
      run: null,
      runError: null,
    });
  });

  it('can be cancelled while its model is being opened again', async () => {
    const at = page((fake, n) => {
      if (n > 0) fake.open = never;
    });
    await asked(at);
    const done = runDraft(at.loci);
    await settle();
    await at.stop();
    expect(at.loci.status.getState()).toMatchObject({ phase: 'loading' });
    await cancelRun(at.loci);
    await done;
    expect(at.loci.status.getState()).toMatchObject({ phase: 'cancelled', run: null, runError: null });
  });
});

describe('opening', () => {
  it('that does not stop when cancelled is ended, and the model that was in use comes back', async () => {
    const at = page((fake) => {
      fake.open = (source) => (source === OTHER ? never() : Promise.resolve(MODEL));
      fake.cancelOpen = never;
    });
    await openModel(at.loci, ATLAS);
    const opening = openModel(at.loci, OTHER);
    void cancelOpening(at.loci);
    await at.silence(5);
    await opening;
    expect(at.ends[0]).toMatchObject({ reason: 'cancel', open: { source: ATLAS } });
    expect(at.loci.status.getState()).toMatchObject({ phase: 'ready', model: MODEL, openError: null });
  });

  it('of a model that ends the thread each time gives way to the fallback, which is named', async () => {
    const opened: ModelSource[] = [];
    const at = page((fake) => {
      fake.open = (source) => {
        opened.push(source);
        return source === OTHER ? never() : Promise.resolve(MODEL);
      };
    });
    void openModel(at.loci, OTHER);
    for (let i = 0; i < 3; i++) await at.stop();
    expect(opened).toEqual([OTHER, OTHER, OTHER, ATLAS]);
    expect(at.note()).toBe('The engine stopped three times with someone/other, so Atlas is opened instead.');
    expect(at.loci.status.getState()).toMatchObject({ phase: 'ready', model: MODEL });
    for (let i = 0; i < 3; i++) await at.stop();
    expect(at.note()).toBe('The engine keeps stopping. Reload the page.');
    expect(at.threads).toHaveLength(6);
    await expect(at.engine.decode([1])).rejects.toThrow('engine: it does not run. Reload the page.');
    expect(at.loci.status.getState()).toMatchObject({ phase: 'failed', model: null, opening: null });
  });

  it('rejects as it always did when it is cancelled in time', async () => {
    const at = page((fake) => {
      let reject = (_: Error): void => undefined;
      fake.open = () => new Promise((_, fail) => (reject = fail));
      fake.cancelOpen = async () => reject(new Error(OPEN_CANCELLED));
      fake.cancel = async () => undefined;
    });
    const opening = at.engine.open(OTHER);
    await at.engine.cancelOpen();
    await expect(opening).rejects.toThrow(OPEN_CANCELLED);
    await at.silence(20);
    expect(at.ends).toEqual([]);
  });
});

describe('a thread that never starts', () => {
  it('is told at once, with what to do', async () => {
    const threads: ThreadEvents[] = [];
    const loci = createLoci({ engine: createFakeEngine(), nets: NO_NETS }, () => true);
    const client = createEngineClient({
      start: (events) => {
        threads.push(events);
        return { engine: never(), end: () => undefined };
      },
      fallback: ATLAS,
      onEnd: (ended) => void recover(loci, ended),
    });
    const opening = client.engine.open(ATLAS);
    const rejected = expect(opening).rejects.toThrow('engine: it does not run. Reload the page.');
    threads[0]!.onStopped();
    await rejected;
    expect(loci.status.getState()).toMatchObject({
      phase: 'failed',
      engineNote: { text: 'The engine did not start. Reload the page.', isOver: true },
    });
    expect(threads).toHaveLength(1);
  });
});
