/**
 * A parser that misbehaves in every way that the harness must detect, one case each; the last is
 * fine. Not in the list of targets.
 */
import { lostNames, target } from '../target';

const WAYS = ['hang', 'memory', 'slow', 'foreign', 'echo', 'lost', 'refusal', 'fine'] as const;
type Way = (typeof WAYS)[number];

export const selfTest = target<string>({
  name: 'self-test',
  seeds: () => ['fine'],
  mutate: (_, random) => WAYS[random.index % WAYS.length]!,
  run: async (way) => behave(way as Way),
});

function behave(way: Way): readonly string[] {
  switch (way) {
    case 'hang':
      // Waits forever without using the CPU, so that other processes are not disturbed.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return [];
    case 'memory':
      for (const kept: number[][] = []; ; ) kept.push(new Array<number>(1e6).fill(kept.length));
    case 'slow':
      for (const since = process.cpuUsage(); microseconds(process.cpuUsage(since)) < 1.1e6; );
      return [];
    case 'foreign':
      return (null as unknown as { names: string[] }).names;
    case 'echo':
      throw new Error(`self-test: is too long, got ${'a'.repeat(5000)}.`);
    case 'lost':
      return lostNames(['__proto__', 'kept'], ['kept']);
    case 'refusal':
      throw new Error('self-test: is refused, got this case, expected another.');
    case 'fine':
      return [];
  }
}

const microseconds = ({ user, system }: NodeJS.CpuUsage) => user + system;
