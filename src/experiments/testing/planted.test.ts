/**
 * Every search method on the planted circuit (`public/models/planted`) finds all planted parts and
 * no decoy, as derived from the weights in `truth.json`.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Figure } from '../../results/document';
import { EFFECTS } from '../mediation/effects';
import { experimentOf } from '../registry';
import { isUpstream, receiverName, senderName } from '../../model/edges';
import { allSenders, type PathReceiver } from '../path-patching/paths';
import { builtinContext } from './builtin';
import { figureOf, openGolden, runStudy } from './study';

interface Task {
  readonly set: string;
  readonly nodes: readonly string[];
  readonly edges: { readonly corrupted: readonly string[] };
}

interface Truth extends Task {
  readonly planted: readonly { readonly node: string }[];
  readonly decoys: readonly { readonly node: string }[];
  readonly tasks: Readonly<Record<string, Task>>;
}

const truth = JSON.parse(readFileSync('public/models/planted/truth.json', 'utf8')) as Truth;
const tasks: readonly Task[] = [truth, ...Object.values(truth.tasks)];
const golden = await openGolden('planted');
const context = await builtinContext('planted');

/** A planted part changes the logit difference by more, a decoy by less than the other. */
const CLEAR = 1e-3;
const NOTHING = 1e-9;

async function study(kind: string, set: string, fields: object, take = 4) {
  const experiment = experimentOf({ kind });
  const question = { kind, metric: 'logit-diff', set: { name: set, take }, ...fields };
  return runStudy(experiment, await experiment.resolve(question, context), golden);
}

/** Names of the cells that differ from `idle`; checks that none lies in between. */
function found(figure: Figure, nameOf: (cell: number) => string, idle = 0): string[] {
  return figure.values.flatMap((value, cell) => {
    const size = Math.abs(value! - idle);
    expect(size > CLEAR || size < NOTHING, `${nameOf(cell)}: ${value}`).toBe(true);
    return size > CLEAR ? [nameOf(cell)] : [];
  });
}

const { nHeads: H, dMlp: M } = golden.spec;
const headName = (cell: number) => `a${Math.floor(cell / H)}.h${cell % H}`;
const mlpName = (cell: number) => `m${cell}`;
const neuronName = (cell: number) => `m${Math.floor(cell / M)}.n${cell % M}`;
const plantedNeurons = truth.planted.map(({ node }) => node).filter((node) => node.includes('.n'));

describe.each(tasks.map((task) => [task.set, task] as const))('%s', (set, { nodes, edges }) => {
  const heads = nodes.filter((node) => node.startsWith('a'));
  const mlps = nodes.filter((node) => node.startsWith('m'));

  it.each([
    ['denoise', 0],
    ['noise', 1],
  ] as const)('activation patching finds the heads and neurons: %s', async (direction, idle) => {
    const grids = ['attn_head_out_all_pos', 'neurons'];
    const document = await study('activation-patching', set, { direction, grids });
    expect(found(figureOf(document, 'attn_head_out_all_pos'), headName, idle)).toEqual(heads);
    const neurons = found(figureOf(document, 'neurons'), neuronName, idle);
    expect(plantedNeurons).toEqual(expect.arrayContaining(neurons));
    expect(neurons.length > 0).toBe(mlps.length > 0);
  });

  it.each<object>([{ method: 'zero' }, { method: 'mean', reference: 'cases' }])(
    'ablation finds the heads, the MLPs and the neurons: %j',
    async (method) => {
      const units = ['attn_head_out_all_pos', 'mlp_out_all_pos', 'neurons'];
      const document = await study('ablation', set, { ...method, units, scale: 'drop' });
      expect(found(figureOf(document, 'attn_head_out_all_pos'), headName)).toEqual(heads);
      expect(found(figureOf(document, 'mlp_out_all_pos'), mlpName)).toEqual(mlps);
      const neurons = found(figureOf(document, 'neurons'), neuronName);
      expect(plantedNeurons).toEqual(expect.arrayContaining(neurons));
      expect(neurons.length > 0).toBe(mlps.length > 0);
    },
  );

  it('mediation finds the heads and the MLPs, by indirect effect and by drop', async () => {
    const mediators = ['attn_head_out_all_pos', 'mlp_out_all_pos'];
    const document = await study('mediation', set, { corruption: 'twin', mediators });
    for (const [name, nameOf, expected] of [
      ['attn_head_out_all_pos', headName, heads],
      ['mlp_out_all_pos', mlpName, mlps],
    ] as const) {
      const figure = figureOf(document, name);
      const n = figure.values.length / EFFECTS.length;
      for (const effect of ['natural indirect', 'drop under noising'] as const) {
        const at = EFFECTS.indexOf(effect) * n;
        const values = figure.values.slice(at, at + n);
        expect(found({ ...figure, values }, nameOf), effect).toEqual(expected);
      }
    }
  });

  it('path patching finds the edges between parts, and none beside them', async () => {
    const senders = allSenders(golden.spec);
    const receivers = everyReceiver();
    const document = await study('path-patching', set, { receivers, mlps: 'frozen', scale: 'raw' }, 2);
    const paths = receivers.flatMap((to) => {
      const { values } = figureOf(document, `to ${receiverName(to)}`);
      return senders.flatMap((from, s) => {
        if (!isUpstream(golden.spec, from, to)) return [];
        const size = Math.abs(values[s]!);
        const name = `${senderName(from)}->${receiverName(to)}`;
        expect(size > CLEAR || size < NOTHING, `${name}: ${size}`).toBe(true);
        return size > CLEAR ? [name] : [];
      });
    });
    const between = edges.corrupted.filter((edge) => !edge.startsWith('input'));
    expect(paths.sort()).toEqual([...between].sort());
  });

  it('rewriting attention finds the heads', async () => {
    const document = await study('attention-counterfactual', set, { rewrite: 'reversed' });
    expect(found(figureOf(document, 'change_heads'), headName)).toEqual(heads);
  });

  it('direct attribution finds what writes to the logits', async () => {
    const document = await study('attribution', set, { parts: ['heads', 'neurons'] });
    const writers = edges.corrupted
      .filter((edge) => edge.endsWith('->logits'))
      .map((edge) => edge.replace('->logits', ''));
    expect(found(figureOf(document, 'heads'), headName)).toEqual(writers);
  });
});

function everyReceiver(): PathReceiver[] {
  const { nLayers: L, nKvHeads: G } = golden.spec;
  const receivers: PathReceiver[] = [{ part: 'logits' }];
  for (let layer = 0; layer < L; layer++) {
    receivers.push({ part: 'mlp', layer });
    if (layer === 0) continue;
    for (const input of ['q', 'k', 'v'] as const) {
      for (let head = 0; head < (input === 'q' ? H : G); head++)
        receivers.push({ part: 'head', layer, head, input });
    }
  }
  return receivers;
}
