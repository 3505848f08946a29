/** A full causal trace (three kinds, ten draws of noise) of a real 135-million-parameter model. */
import { mkdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fetchModels, modelsFolder } from './fetch-models.mjs';
import { fail, root, run } from './shell.mjs';

const model = join(modelsFolder, 'smollm2', 'SmolLM2-135M-Instruct.Q4_1.gguf');
const out = join(root, '.cache', 'measure', 'smollm2-trace.json');

export async function measureTrace() {
  const problem = await fetchModels();
  if (problem) fail(problem);
  mkdirSync(join(root, '.cache', 'measure'), { recursive: true });

  // The model has no card with its sigma, so this is three times the standard deviation of the
  // embedding of ' France', 0.0951.
  const question = ['--prompt', 'The capital of France is', '--subject', 'France', '--noise', '0.285'];
  const began = Date.now();
  const loci = [join(root, 'scripts', 'loci.mjs'), 'trace', '--model', model, ...question, '--samples', '10'];
  if (!run(process.execPath, [...loci, '--out', out])) fail('measure: the trace failed, see above.');
  const total = (Date.now() - began) / 1000;

  const { counters, environment } = JSON.parse(readFileSync(out, 'utf8'));
  const giga = (flops) => `${(flops / 1e9).toFixed(1)} GFLOP`;
  console.log(`
SmolLM2-135M-Instruct (Q4_1), 'The capital of France is', three kinds, ten draws
adapter     ${environment.adapter}, ${cpus().length} cores
trace       ${environment.seconds.toFixed(1)} s (${total.toFixed(1)} s with opening the model)
arithmetic  ${giga(counters.flops)} (${giga(counters.naiveFlops)} with every run from scratch), \
  ${(counters.flops / 1e9 / environment.seconds).toFixed(1)} GFLOP/s
work        ${counters.dispatches} dispatches, ${counters.submits} submits, ${counters.readbacks} readbacks
document    ${out}`);
}
