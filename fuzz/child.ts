/**
 * Runs cases of one target in sequence and reports each to the parent, which watches the clock and
 * restarts this process if it hangs or dies. `node child.js run TARGET SEED FROM TO`; `node
 * child.js save TARGET SEED FOLDER CASE...` writes inputs instead, `node child.js file TARGET PATH`
 * reads one, and `node child.js list` prints the names of all targets.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whyForeign } from './errors';
import { randomOf } from './random';
import { loadTarget, targetNames } from './targets';
import type { Input, Target } from './target';

const here = dirname(fileURLToPath(import.meta.url));

/** The result of one case. */
interface Outcome {
  readonly accepted: boolean;
  /** Milliseconds of CPU. */
  readonly cpu: number;
  /** The message of a refusal. */
  readonly refusal?: string;
  readonly foreign?: string;
  readonly lost?: readonly string[];
}

async function tryCase(target: Target, input: Input): Promise<Outcome> {
  const before = process.cpuUsage();
  const cpu = () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  try {
    const lost = await target.run(input);
    return { accepted: true, cpu: cpu(), ...(lost.length > 0 && { lost }) };
  } catch (error) {
    const spent = cpu();
    const foreign = whyForeign(error, here);
    const message = error instanceof Error ? error.message : String(error);
    return { accepted: false, cpu: spent, refusal: message, ...(foreign !== null && { foreign }) };
  }
}

function inputOf(target: Target, seeds: readonly Input[], seed: number, index: number): Input {
  const random = randomOf(seed, target.name, index);
  return target.mutate(random.pick(seeds), random);
}

const send = (message: object) => new Promise<void>((resolve) => process.send!(message, () => resolve()));

/** Runs the seeds first: they must be accepted unchanged, and they warm up the code. */
async function runCases(name: string, seed: number, from: number, to: number): Promise<void> {
  const target = await loadTarget(name);
  const seeds = await target.seeds();
  for (const [i, input] of seeds.entries()) {
    const outcome = await tryCase(target, input);
    await send({ seedNumber: i, outcome });
  }
  for (let index = from; index < to; index++) {
    const input = inputOf(target, seeds, seed, index);
    await send({ begins: index });
    await send({ index, outcome: await tryCase(target, input) });
  }
  process.disconnect();
}

async function saveInputs(
  name: string,
  seed: number,
  folder: string,
  cases: readonly number[],
): Promise<void> {
  const target = await loadTarget(name);
  const seeds = await target.seeds();
  mkdirSync(folder, { recursive: true });
  for (const index of cases) {
    const input = inputOf(target, seeds, seed, index);
    const file = join(folder, `${name}-${seed}-${index}`);
    if (typeof input === 'string') writeFileSync(`${file}.txt`, input);
    else if (input instanceof Uint8Array) writeFileSync(`${file}.bin`, input);
    else writeFileSync(`${file}.json`, JSON.stringify(input, null, 1));
  }
}

/** Runs one file as an input, in the form of the target's seeds. */
async function runFile(name: string, path: string): Promise<void> {
  const target = await loadTarget(name);
  const [first] = await target.seeds();
  const bytes = Uint8Array.from(readFileSync(path));
  const text = new TextDecoder().decode(bytes);
  const input =
    first instanceof Uint8Array ? bytes : typeof first === 'string' ? text : (JSON.parse(text) as object);
  process.stdout.write(`${JSON.stringify(await tryCase(target, input), null, 1)}\n`);
}

const [mode, name, seed, ...rest] = process.argv.slice(2);
if (mode === 'list') process.stdout.write(targetNames.join('\n'));
else if (mode === 'file') await runFile(name!, seed!);
else if (mode === 'save') await saveInputs(name!, Number(seed), rest[0]!, rest.slice(1).map(Number));
else await runCases(name!, Number(seed), Number(rest[0]), Number(rest[1]));
