/** Runs an example spec on its built-in model, from text to a document that parses. */
import { expect } from 'vitest';
import { experimentOf } from '../../experiments/registry';
import { inThisThread } from '../../load/tokenizer/inThisThread';
import { parseDocument } from '../../results/parse';
import type { Engine } from '../api';
import { createEngine } from '../engine';

const files = import.meta.glob<Record<string, unknown>>('../../../specs/*.json', { import: 'default' });

/** Most floating point operations: a minute's work for a software adapter. */
const MOST_FLOPS = 6e11;

/** Whole sets on graphs of every edge, which take half of the total time. */
const LONG = /\/(average-trace|selectivity|graph-planted-(acdc|exhaustive|path|eap-ig))\.json$/;

const paths = Object.keys(files);
export const longSpecs = paths.filter((path) => LONG.test(path));
export const shortSpecs = paths.filter((path) => !LONG.test(path));

export const kindsOfSpecs = (): Promise<unknown[]> =>
  Promise.all(paths.map(async (path) => (await files[path]!()).kind));

const engines = new Map<string, Promise<Engine>>();

/** An engine with the model open, for all examples about it. */
function engineOf(id: string): Promise<Engine> {
  const open = async (): Promise<Engine> => {
    const engine = createEngine({
      gpu: navigator.gpu,
      startThread: inThisThread,
      appUrl: `${location.origin}/`,
    });
    await engine.open({ kind: 'builtin', id });
    return engine;
  };
  const engine = engines.get(id) ?? open();
  engines.set(id, engine);
  return engine;
}

export async function closeEngines(): Promise<void> {
  for (const engine of engines.values()) await (await engine).close();
}

export async function runExample(path: string): Promise<void> {
  const question = await files[path]!();
  const engine = await engineOf((question.model as { id: string }).id);
  const started = performance.now();
  const spec = await engine.resolve(question);
  expect(experimentOf(spec).parseSpec(spec)).toEqual(spec);
  const document = await engine.run('example', spec);
  const seconds = (performance.now() - started) / 1000;
  console.warn(
    `${path.split('/').at(-1)}: ${seconds.toFixed(1)} s, ${document.counters.flops.toExponential(1)} operations`,
  );
  expect(parseDocument(JSON.parse(JSON.stringify(document)))).toEqual(document);
  expect(document.counters.flops).toBeLessThan(MOST_FLOPS);
}
