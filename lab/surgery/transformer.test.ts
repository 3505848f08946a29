/**
 * The laws of surgery in `surgery.test.ts`, checked on a transformer (the float64 reference): wires
 * are edges, and surgery on a node edits its output.
 */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createReferenceForward } from '../../src/forward/reference/forward';
import { type Golden, loadGolden } from '../../src/forward/testing';
import type { Case } from '../../src/forward/testing/edges';
import { loadPlanted, loadTruth, silenced } from '../../src/forward/testing/planted';
import type { Cut, CutSource, Edit, EditSource, Run } from '../../src/forward/request/types';
import type { RunResult } from '../../src/forward/request/contract';
import {
  isUpstream,
  parseSender,
  type Receiver,
  receiverName,
  receiversOf,
  receiversOfNode,
  senderName,
  sendersOf,
} from '../../src/model/edges';
import type { ModelSpec } from '../../src/model/spec';
import { range } from '../../src/util/range';

/** No norms; GPT-2; shared keys and values with rotary and RMS norms; parallel blocks. */
const MODELS = ['planted', 'tiny-a', 'tiny-llama', 'tiny-gpt_neox'];
const goldens = new Map<string, Golden>();
for (const name of MODELS)
  goldens.set(name, await loadGolden(name, async (path) => new Uint8Array(await readFile(path)).buffer));

const TWIN = { kind: 'run', run: 'twin' } as const;

/** The planted model's task; for random weights, a twin that differs in two tokens. */
const { set } = await loadTruth('planted');
const [task] = (await loadPlanted('planted', [set])).cases.get(set)!;

function promptOf(name: string): Case {
  if (name === 'planted') return task!;
  const { spec, cases } = goldens.get(name)!;
  const tokens = [...cases.values()].find(({ length }) => length >= 4)!;
  const changed = (t: number) => t === 1 || t === tokens.length - 2;
  const corrupted = tokens.map((token, t) => (changed(t) ? (token + 3) % spec.dVocab : token));
  return { tokens, corrupted, answer: tokens[1]!, distractor: corrupted[1]! };
}

/** The model, and a runner for variations of its clean prompt beside the twin. */
function modelOf(name: string) {
  const { spec, weights } = goldens.get(name)!;
  const forward = createReferenceForward(spec, (slot) => weights.get(slot)!);
  const { tokens, corrupted, answer, distractor } = promptOf(name);
  const T = tokens.length;
  const metric = { row: T - 1, answer, distractor };
  const prompts: Run[] = [
    { id: 'clean', tokens, metric },
    { id: 'twin', tokens: corrupted, metric },
  ];
  const runs = async (more: readonly Run[]): Promise<Readonly<Record<string, RunResult>>> => {
    const varied = more.map((run): Run => ({ base: 'clean', metric, ...run }));
    return (await forward({ runs: [...prompts, ...varied], reuse: 'naive' })).runs;
  };
  return { spec, T, runs };
}

const difference = ({ metric }: RunResult): number => metric!.answer - metric!.distractor;

function expectSame(found: RunResult | undefined, wanted: RunResult | undefined): void {
  for (const number of ['answer', 'distractor', 'max', 'logSumExp'] as const)
    expect(found!.metric![number]).toBeCloseTo(wanted!.metric![number], 8);
}

/** The wires out of a node: replaces what each reader sees. */
function outEdges(spec: ModelSpec, node: string, source: CutSource): Cut[] {
  const from = parseSender(node, spec);
  return receiversOf(spec)
    .filter((to) => isUpstream(spec, from, to))
    .map((to) => ({ senders: [node], receiver: receiverName(to), source }));
}

/** The wires into a node: each input from every earlier sender. */
function inEdges(spec: ModelSpec, node: string, source: CutSource): Cut[] {
  return receiversOfNode(spec, node).map((to) => ({
    senders: sendersOf(spec)
      .filter((from) => isUpstream(spec, from, to))
      .map(senderName),
    receiver: receiverName(to),
    source,
  }));
}

/** The site of a node's output. */
function outputOf(node: string): Pick<Edit, 'site' | 'head'> {
  const [, kind, layer, head] = /^(a|m|input)(\d+)?(?:\.h(\d+))?$/.exec(node)!;
  if (kind === 'input') return { site: 'blocks.0.hook_resid_pre' };
  if (kind === 'm') return { site: `blocks.${layer}.hook_mlp_out` };
  return { site: `blocks.${layer}.attn.hook_z`, head: Number(head) };
}

const replaced = (node: string, T: number, source: EditSource): Edit => ({
  ...outputOf(node),
  rows: range(0, T),
  op: 'set',
  source,
});

const inputSite = (to: Receiver): Pick<Edit, 'site' | 'head'> =>
  to.part === 'head'
    ? { site: `blocks.${to.layer}.hook_${to.input}_input`, head: to.head }
    : { site: to.part === 'mlp' ? `blocks.${to.layer}.hook_mlp_in` : 'unembed.hook_in' };

describe.each(MODELS)('in %s', (name) => {
  const { spec, T, runs } = modelOf(name);
  const nodes = sendersOf(spec).map(senderName);
  const parts = nodes.filter((node) => node !== 'input');

  it("cutting all of a node's out-edges to the twin is replacing its output by the twin's", async () => {
    const found = await runs(
      nodes.flatMap((node): Run[] => [
        { id: `${node} cut`, cuts: outEdges(spec, node, TWIN) },
        { id: `${node} set`, edits: [replaced(node, T, TWIN)] },
      ]),
    );
    for (const node of nodes) expectSame(found[`${node} cut`], found[`${node} set`]);
    const moved = nodes.filter(
      (node) => Math.abs(difference(found[`${node} cut`]!) - difference(found.clean!)) > 1e-6,
    );
    expect(moved.length).toBeGreaterThan(1);
  });

  it('and to nothing, silencing it', async () => {
    const found = await runs(
      parts.flatMap((node): Run[] => [
        { id: `${node} cut`, cuts: outEdges(spec, node, { kind: 'constant', value: 0 }) },
        { id: `${node} silenced`, edits: silenced(node, T) },
      ]),
    );
    for (const node of parts) expectSame(found[`${node} cut`], found[`${node} silenced`]);
  });

  it("cutting all of a node's in-edges is surgery on the node: its output is the twin's", async () => {
    const found = await runs(
      parts.flatMap((node): Run[] => [
        { id: `${node} in`, cuts: inEdges(spec, node, TWIN), captures: [{ site: outputOf(node).site }] },
        { id: `${node} twin`, edits: [replaced(node, T, TWIN)], captures: [{ site: outputOf(node).site }] },
      ]),
    );
    for (const node of parts) {
      const { site, head } = outputOf(node);
      const [cut, twin] = [`${node} in`, `${node} twin`].map((id) => found[id]!.captures[site]!);
      const width = head === undefined ? spec.dModel : spec.dHead;
      const heads = twin!.data.length / T / width;
      for (let t = 0; t < T; t++)
        for (let d = 0; d < width; d++) {
          const at = (t * heads + (head ?? 0)) * width + d;
          expect(cut!.data[at]).toBeCloseTo(twin!.data[at]!, 5);
        }
      // Other heads may share keys and values; then their output changes too.
      if (spec.nKvHeads === spec.nHeads) expectSame(found[`${node} in`], found[`${node} twin`]);
    }
  });

  it('surgery twice is surgery once', async () => {
    const found = await runs(
      parts.flatMap((node): Run[] => {
        const once: Run = { id: `${node} once`, cuts: inEdges(spec, node, TWIN) };
        const inputs = receiversOfNode(spec, node).map(inputSite);
        // Cuts down to the same inputs again, and the output once its inputs are the twin's.
        const again = inputs.map((at): Edit => ({ ...at, rows: range(0, T), op: 'set', source: TWIN }));
        const set: Run = { id: `${node} set`, edits: [replaced(node, T, TWIN)] };
        return [
          once,
          { id: `${node} again`, base: once.id, edits: again },
          set,
          { id: `${node} set again`, base: set.id, edits: set.edits! },
        ];
      }),
    );
    for (const node of parts) {
      expectSame(found[`${node} again`], found[`${node} once`]);
      expect(found[`${node} set again`]!.metric).toEqual(found[`${node} set`]!.metric);
    }
  });

  it('surgery on the root is asking another question: all of the input from the twin is the twin', async () => {
    const found = await runs([{ id: 'root', cuts: outEdges(spec, 'input', TWIN) }]);
    expectSame(found.root, found.twin);
    expect(difference(found.twin!)).not.toBeCloseTo(difference(found.clean!), 3);
  });

  it('surgeries on different nodes may be done in either order', async () => {
    const pairs = parts.slice(1).map((node, i) => [parts[i]!, node] as const);
    const found = await runs(
      pairs.flatMap(([one, two]): Run[] => {
        const [first, second] = [one, two].map((node) => outEdges(spec, node, TWIN)) as [Cut[], Cut[]];
        return [
          { id: `${one} ${two}`, cuts: [...first, ...second] },
          { id: `${two} ${one}`, cuts: [...second, ...first] },
        ];
      }),
    );
    for (const [one, two] of pairs) expectSame(found[`${one} ${two}`], found[`${two} ${one}`]);
  });

  it("one cut edge is its reader's affair: every other input of the same depth is as it was", async () => {
    const layer = spec.nLayers - 1;
    const cut: Cut = { senders: ['input'], receiver: `a${layer}.h0<q>`, source: TWIN };
    const sites = ['q', 'k', 'v'].map((input) => `blocks.${layer}.hook_${input}_input`);
    const captures = sites.map((site) => ({ site }));
    const { one, none } = await runs([
      { id: 'one', cuts: [cut], captures },
      { id: 'none', captures },
    ]);
    const D = spec.dModel;
    for (const [i, site] of sites.entries()) {
      const [with_, without] = [one!.captures[site]!.data, none!.captures[site]!.data];
      const changed = new Set<number>();
      for (const [at, value] of with_.entries())
        if (value !== without[at]) changed.add(Math.floor(at / D) % (i === 0 ? spec.nHeads : spec.nKvHeads));
      expect([...changed]).toEqual(i === 0 ? [0] : []);
    }
  });
});
