import { expect, it } from 'vitest';
import { InFlight } from './inFlight';

/** Work that the test ends explicitly. */
function job() {
  let end!: (result: string) => void;
  let fail!: (error: Error) => void;
  const work = new Promise<string>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { work, end, fail };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

it('has room for three, and for the next one when the first is finished', async () => {
  const inFlight = new InFlight();
  const done: string[] = [];
  const jobs = [job(), job(), job()];
  for (const { work } of jobs) {
    await inFlight.room();
    inFlight.add(work, (result) => done.push(result));
  }
  let hasRoom = false;
  const room = inFlight.room().then(() => {
    hasRoom = true;
  });
  await soon();
  expect(hasRoom).toBe(false);
  jobs[0]!.end('a');
  await room;
  expect(done).toEqual(['a']);
  jobs[1]!.end('b');
  jobs[2]!.end('c');
  await inFlight.all();
  expect(done).toEqual(['a', 'b', 'c']);
});

it('rejects with the first error, of the work or of what is done then, and reports nothing after it', async () => {
  for (const how of ['work', 'done']) {
    const inFlight = new InFlight();
    const done: string[] = [];
    const [first, second] = [job(), job()];
    inFlight.add(first.work, () => {
      throw new Error('of done');
    });
    inFlight.add(second.work, (result) => done.push(result));
    if (how === 'work') first.fail(new Error('of work'));
    else first.end('a');
    await expect(inFlight.all()).rejects.toThrow(`of ${how}`);
    second.end('b');
    await soon();
    await expect(inFlight.room()).rejects.toThrow(`of ${how}`);
    expect(done).toEqual([]);
  }
});

it('reports nothing once it is stopped', async () => {
  const inFlight = new InFlight();
  const done: string[] = [];
  const { work, end } = job();
  inFlight.add(work, (result) => done.push(result));
  inFlight.stop();
  end('a');
  await soon();
  expect(done).toEqual([]);
});
