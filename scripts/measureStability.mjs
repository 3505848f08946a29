/**
 * How stable a causal trace is: Spearman's correlation of a map's cells between two settings, for some of Atlas's facts.
 * The table of docs/causal-trace.md.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root } from './shell.mjs';

const folder = join(root, '.cache', 'measure', 'stability');

/** Facts that are asked, spread evenly over the set; those that the model does not know are left out. */
const FACTS = 12;
const KINDS = ['hidden', 'mlp', 'attn'];
const BASE = { samples: 10, seed: 1, noise: 's3', window: 'depth', metric: 'p' };

/** Rows of the table: the changes of the other traces, and what is changed in the one that they are compared with. */
const ROWS = [
  ['another seed (2 to 5)', [2, 3, 4, 5].map((seed) => ({ seed }))],
  ['another seed, by log p', [{ seed: 2, metric: 'logprob' }], { metric: 'logprob' }],
  ['another seed, 30 draws', [{ seed: 2, samples: 30 }], { samples: 30 }],
  ['1 sigma', [{ noise: 's1' }]],
  ['5 sigma', [{ noise: 's5' }]],
  ['the twin in place of noise', [{ twin: true }]],
  ['a window of 3', [{ window: '3' }]],
  ["ROME's window of 10", [{ window: 'rome' }]],
  ['log p', [{ metric: 'logprob' }]],
  ['logit difference', [{ metric: 'logit-diff' }]],
];

export function measureStability() {
  mkdirSync(folder, { recursive: true });
  const { items } = JSON.parse(readFileSync(join(root, 'public', 'sets', 'atlas-facts.json'), 'utf8'));
  const paired = items.filter(({ corrupted }) => corrupted);
  const asked = Array.from({ length: FACTS }, (_, i) => paired[Math.floor((i * paired.length) / FACTS)]);
  const facts = asked.map((fact) => ({ fact, base: traceOf(fact, {}) })).filter(({ base }) => base.known);
  for (const { fact } of facts) console.log(`${fact.prompt}${fact.answer}`);
  console.log(`${facts.length} of ${FACTS} facts known to Atlas, ${facts[0].base.environment.adapter}\n`);
  console.log(`| changed | ${KINDS.join(' | ')} | peak: same token; same cell |\n|---|---|---|---|---|`);
  for (const [name, changes, own = {}] of ROWS) {
    const pairs = facts.flatMap(({ fact }) =>
      changes.map((change) => [traceOf(fact, own), traceOf(fact, change)]),
    );
    const columns = KINDS.map((kind) =>
      spread(pairs.map(([a, b]) => spearman(cellsOf(a, kind), cellsOf(b, kind)))),
    );
    const peaks = pairs.map(([a, b]) => [peakOf(a), peakOf(b)]);
    const tokens = peaks.filter(([a, b]) => a.token === b.token).length;
    const cells = peaks.filter(([a, b]) => a.token === b.token && a.layer === b.layer).length;
    console.log(`| ${[name, ...columns, `${tokens}; ${cells} of ${pairs.length}`].join(' | ')} |`);
  }
}

/** A trace's document; what was measured before with the same question is read again. */
function traceOf(fact, change) {
  const { samples, seed, noise, window, metric, twin } = { ...BASE, ...change };
  const corruption = twin
    ? ['--corrupt-to', fact.corrupted]
    : ['--noise', noise, '--samples', String(samples), '--seed', String(seed)];
  const question = [
    ...['--prompt', fact.prompt, '--subject', fact.subject, '--answer', fact.answer],
    ...['--distractor', fact.distractor, '--metric', metric, '--window', window, ...corruption],
  ];
  const name = `${fact.label}-${Object.entries(change).flat().join('-') || 'base'}`.replace(/\W+/g, '-');
  const [asked, out] = [join(folder, `${name}.question.json`), join(folder, `${name}.json`)];
  const text = JSON.stringify(question);
  const isKnown = existsSync(out) && existsSync(asked) && readFileSync(asked, 'utf8') === text;
  if (!isKnown) {
    const loci = [join(root, 'scripts', 'loci.mjs'), 'trace', '--model', 'atlas', ...question, '--out', out];
    const { status } = spawnSync(process.execPath, loci, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) fail(`measure: the trace of '${fact.prompt}' failed, see above.`);
    writeFileSync(asked, text);
  }
  return JSON.parse(readFileSync(out, 'utf8'));
}

/**
 * What restoring each state brings back, by token and layer, from the subject's first token on. Cells that are 0 by
 * construction are left out: tokens before the subject, and tokens other than the last in the last layer (where a wider
 * window alone is not 0).
 */
function cellsOf(trace, kind) {
  const rows = rowsOf(trace, kind);
  return rows.flatMap((row, t) => (t === rows.length - 1 ? row : row.slice(0, -1)));
}

/** Where the hidden state is that brings most back, other than the last token's. */
function peakOf(trace) {
  const cells = rowsOf(trace, 'hidden')
    .slice(0, -1)
    .flatMap((row, token) => row.map((value, layer) => ({ value, token, layer })));
  return cells.reduce((a, b) => (b.value > a.value ? b : a));
}

/** The metric with a state restored, [token from the subject on][layer]: the effect, but for the corrupted level. */
function rowsOf({ figures, spec }, kind) {
  const { axes, values } = figures.find(({ name }) => name === kind);
  const [tokens, layers] = axes.map(({ labels }) => labels.length);
  const rows = Array.from({ length: tokens }, (_, t) => values.slice(t * layers, (t + 1) * layers));
  return rows.slice(spec.subject.begin);
}

/** Of equal values the mean rank. */
function ranks(values) {
  return values.map(
    (value) =>
      values.filter((other) => other < value).length + values.filter((other) => other === value).length / 2,
  );
}

function spearman(a, b) {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = x.length / 2;
  const product = (p, q) => p.reduce((sum, value, i) => sum + (value - middle) * (q[i] - middle), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const median = (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
  return `${median.toFixed(2)} (${sorted[0].toFixed(2)} to ${sorted.at(-1).toFixed(2)})`;
}
