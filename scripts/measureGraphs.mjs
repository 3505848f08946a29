/**
 * Graphs of Atlas's capitals and two-hop facts, found by paths (six betas), by ACDC (five tau) and
 * by estimates (EAP, EAP-IG), compared with cutting every edge alone: ROC-AUC, Jaccard, and how
 * much of the answer the graphs keep. The numbers of docs/graphs.md.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fail, root } from './shell.mjs';

const folder = join(root, '.cache', 'measure', 'graphs');

/** Prompts to ask: enough that 16 known ones precede the held-out ones. */
const SETS = { capitals: 24, 'two-hop': 29 };
const BETAS = [0, 0.1, 0.2, 0.3, 0.4, 0.5];
/** In logits. */
const TAUS = [1, 0.5, 0.2, 0.1, 0.05];
const ESTIMATES = {
  EAP: { method: 'eap' },
  'EAP, at the twin': { method: 'eap', direction: 'denoise' },
  'EAP-IG, inputs': { method: 'eap-ig' },
  'EAP-IG, activations': { method: 'eap-ig', along: 'activations' },
};
/** Edges kept of an estimate, as a share of all. */
const SIZES = [0.05, 0.1];
/** An edge counts as true if it carries at least this share of the answer, in either direction. */
const CARRIES = [0.001, 0.01, 0.05];
const HELD_OUT = 8;

const untested = { curve: false, random: 0, samples: 0, resamples: 0, interactions: 0 };

export async function measureGraphs() {
  mkdirSync(folder, { recursive: true });
  for (const set of Object.keys(SETS)) {
    const truth = truthOf(set);
    const paths = BETAS.map((beta) => [
      `beta ${beta}`,
      graphOf(`${set}-path-${beta}`, set, { method: 'path', beta, ...(beta > 0 ? untested : {}) }),
    ]);
    const pruned = TAUS.map((tau) => [
      `tau ${tau}`,
      graphOf(`${set}-acdc-${tau}`, set, { method: 'acdc', tau, measure: 'logit-diff', ...untested }),
    ]);
    report(set, truth, { paths, pruned, estimates: estimatesOf(set, truth.total) });
  }
}

/** Only the estimates, beside every edge cut alone. */
export async function measureEstimatedGraphs() {
  mkdirSync(folder, { recursive: true });
  for (const set of Object.keys(SETS)) {
    const truth = truthOf(set);
    report(set, truth, { estimates: estimatesOf(set, truth.total) });
  }
}

const truthOf = (set) => graphOf(`${set}-exhaustive`, set, { method: 'exhaustive', ...untested });

function estimatesOf(set, total) {
  return SIZES.flatMap((share) =>
    Object.entries(ESTIMATES).map(([label, fields], i) => {
      const size = Math.ceil(share * total);
      const name = `${set}-estimate-${i}-${size}`;
      return [label, graphOf(name, set, { ...fields, size, measured: 0, ...untested })];
    }),
  );
}

/** A document's graph; reuses an earlier measurement of the same question. */
function graphOf(name, set, fields) {
  const [spec, out] = [join(folder, `${name}.spec.json`), join(folder, `${name}.json`)];
  const question = JSON.stringify({
    version: 1,
    kind: 'graph',
    model: { id: 'atlas' },
    set: { name: set, take: SETS[set], seed: 1 },
    onlyKnown: true,
    heldOut: HELD_OUT,
    ...fields,
  });
  const isKnown = existsSync(out) && existsSync(spec) && readFileSync(spec, 'utf8') === question;
  if (!isKnown) {
    writeFileSync(spec, question);
    const args = [join(root, 'scripts', 'loci.mjs'), 'run', spec, '--resume', '--out', out];
    const { status } = spawnSync(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) fail(`measure: ${name} failed, see above.`);
  }
  const document = JSON.parse(readFileSync(out, 'utf8'));
  const { environment, counters, finding } = document;
  const giga = (counters.flops / 1e9).toFixed(1);
  console.log(
    `${name}: ${environment.seconds.toFixed(0)} s, ${giga} GFLOP, ${environment.adapter}. ${finding}`,
  );
  return document.graph;
}

const nameOf = ({ from, to }) => `${from}->${to}`;
const keptOf = (graph) => new Set(graph.edges.filter(({ kept }) => kept).map(nameOf));

function jaccard(a, b) {
  const shared = [...a].filter((name) => b.has(name)).length;
  return a.size + b.size === 0 ? 1 : shared / (a.size + b.size - shared);
}

/** Area under the ROC curve: the chance that a true item scores above a false one. */
function auc(scores, isTrue) {
  const positives = [...isTrue].map((name) => scores.get(name));
  const negatives = [...scores].filter(([name]) => !isTrue.has(name)).map(([, score]) => score);
  let before = 0;
  for (const p of positives) for (const n of negatives) before += p > n ? 1 : p === n ? 0.5 : 0;
  return positives.length * negatives.length === 0 ? null : before / (positives.length * negatives.length);
}

/** The logit difference that the graph keeps, as a share of the clean one. */
function keptShare({ levels: { clean, empty }, truth }) {
  return (truth.faithfulness.value * (clean - empty) + empty) / clean;
}

const digits = (value) => (value === null || value === undefined ? '-' : value.toFixed(3));

/**
 * Estimates beside what cutting each edge does: R² over all edges; signs and ratios of the large.
 */
function printAgreement(truth, estimates) {
  const measured = new Map(truth.edges.map((edge) => [nameOf(edge), edge.score]));
  const scores = [...measured.values()];
  const middle = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const spread = scores.reduce((sum, score) => sum + (score - middle) ** 2, 0);
  console.log('\n| estimate | R² | wrong signs of 1 % | median ratio |\n|---|---|---|---|');
  for (const [label, { edges }] of estimates.slice(0, Object.keys(ESTIMATES).length)) {
    const pairs = edges.map((edge) => [edge.score, measured.get(nameOf(edge))]);
    const errors = pairs.reduce((sum, [estimate, score]) => sum + (score - estimate) ** 2, 0);
    const large = pairs.filter(([, score]) => Math.abs(score) >= 0.01);
    const wrong = large.filter(([estimate, score]) => estimate * score < 0).length;
    const ratios = large.map(([estimate, score]) => estimate / score).sort((a, b) => a - b);
    const median = ratios[Math.floor(ratios.length / 2)];
    const numbers = [digits(1 - errors / spread), `${wrong} of ${large.length}`, median.toFixed(2)];
    console.log(`| ${[label, ...numbers].join(' | ')} |`);
  }
}

function report(set, truth, { paths = [], pruned = [], estimates }) {
  const exhaustive = new Map(truth.edges.map((edge) => [nameOf(edge), Math.abs(edge.score)]));
  const names = [...exhaustive.keys()];
  const truths = CARRIES.map((least) => new Set(names.filter((name) => exhaustive.get(name) >= least)));
  const headers = ['AUC', 'Jaccard'].flatMap((what) => CARRIES.map((least) => `${what} ${100 * least} %`));
  const columns = ['graph', 'edges', 'faithful', 'kept out', 'of the clean difference', ...headers];
  console.log(`\n${set}: ${truth.total} edges, of which ${truths.map(({ size }) => size).join(', ')} carry at least \
${CARRIES.map((least) => `${100 * least} %`).join(', ')} (${cpus().length} cores)\n`);
  console.log(`| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}`);
  const row = (label, graph, scores) => {
    const kept = keptOf(graph);
    const areas = truths.map((isTrue) => auc(scores, isTrue));
    const shared = truths.map((isTrue) => jaccard(kept, isTrue));
    const { faithfulness, heldOut } = graph.truth;
    const numbers = [faithfulness.value, heldOut.value, keptShare(graph), ...areas, ...shared];
    console.log(`| ${[label, kept.size, ...numbers.map(digits)].join(' | ')} |`);
  };
  const scored = [...paths.map(([label, graph]) => [`paths, ${label}`, graph]), ...estimates];
  for (const [label, graph] of scored) {
    const scores = new Map(names.map((name) => [name, 0]));
    for (const edge of graph.edges) scores.set(nameOf(edge), Math.abs(edge.score ?? 0));
    row(label, graph, scores);
  }
  printAgreement(truth, estimates);
  if (paths.length === 0) return;
  const hard = keptOf(paths[0][1]);
  const alike = paths.map(([label, graph]) => `${label} ${digits(jaccard(hard, keptOf(graph)))}`);
  // For each tau, ACDC says whether an edge is kept: the ROC of each setting alone, and of the
  // number of settings that keep it.
  for (const [label, graph] of pruned) {
    const kept = keptOf(graph);
    row(`ACDC, ${label}`, graph, new Map(names.map((name) => [name, kept.has(name) ? 1 : 0])));
  }
  const sets = pruned.map(([, graph]) => keptOf(graph));
  const often = new Map(names.map((name) => [name, sets.filter((kept) => kept.has(name)).length]));
  const cells = truths.map((isTrue) => digits(auc(often, isTrue)));
  console.log(`| ACDC, all tau | | | | | ${cells.join(' | ')} | | | |`);
  console.log(`\nJaccard of the kept edges with those of beta 0: ${alike.join(', ')}`);
}
