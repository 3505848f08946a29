/** The channels of a net that lead to a class, after Ahmad et al. (2024). See docs/class-graph.md. */
import { logitSite } from '../../model/net';
import { largestIds } from '../../util/largest';
import { range } from '../../util/range';
import type { NetExperiment, NetFindings, NetLab } from '../net/experiment';
import { netQuestion } from '../net/question';
import { lipschitzFigure, mapsOf, repair, shownLayers, stabilityFigure } from './beyond';
import { classFindings } from './document';
import { drawnGraph, measureEdges } from './edges';
import { type AskLogits, type ClassGraph, type ClassQuestion, RULES, searchClass } from './search';
import { type ClassGraphSpec, fields } from './spec';
import { layerStability, type LayerStability } from './stability';

/** Width of the range from which u is drawn, as in the published code. */
const SOFT = 0.01;

export const classGraph: NetExperiment<ClassGraphSpec> = {
  ...netQuestion({
    kind: 'class-graph',
    about: {
      title: 'Causal class graph',
      asks: 'Which channels lead the net to a class?',
      group: 'path',
      short: 'Which channels make a class?',
      limits: 'A cut edge sends nothing, which no picture ever does.',
      docs: 'class-graph.md',
      citation: { text: 'Ahmad et al. 2024', url: 'https://arxiv.org/abs/2305.08950' },
    },
    takes: 'pictures',
    asksClass: true,
    fields,
  }),
  async measure(spec, lab) {
    const { class: label, name, beta, seed } = spec;
    const said = await classesOf(lab);
    const right = range(0, said.length).filter((i) => said[i] === label);
    if (right.length < 2)
      throw new Error(
        `class-graph: too few images that the net gets right, got ${right.length} of ${said.length}, expected at least 2 of ${name}.`,
      );
    const u = beta === undefined ? { low: 0, high: 0, seed } : { low: beta, high: beta + SOFT, seed };
    const question = { label, rule: RULES[spec.rule], u };
    const skipped = said.flatMap((id, i) =>
      id === label ? [] : [{ case: i, label: spec.images[i]!.name, reason: `the net says ${lab.label(id)}` }],
    );
    const findings = (graph: ClassGraph) =>
      classFindings(graph, { name, rule: question.rule, measured: right.length, skipped });
    const graph = await searchClass(
      lab.net,
      question,
      right.length,
      asking(lab, right, [0.05, 0.6]),
      (part) => lab.show(findings(part)),
    );
    return beyond(spec, lab, { question, graph, right }, findings(graph));
  },
};

/** The class that the net says of each picture. */
async function classesOf({ net, images, classes, ask }: NetLab): Promise<number[]> {
  const site = logitSite(net);
  const { data } = (
    await ask({
      runs: images.map((_, image) => ({ id: `image ${image}`, image })),
      reads: [site],
      doing: 'pictures',
      share: [0, 0.05],
    })
  )[site]!;
  return images.map((_, i) => largestIds(data.subarray(i * classes!, (i + 1) * classes!), 1)[0]!);
}

/** Logits of the pictures that are right, within this part of the work. */
function asking(
  { net, images, classes, ask }: NetLab,
  right: readonly number[],
  [from, to]: readonly [number, number],
): AskLogits {
  const site = logitSite(net);
  const own = right.map((i) => images[i]!);
  const at = (part: number) => from + (to - from) * part;
  return async (runs, doing, [begin, end]) => {
    const results = await ask({ images: own, runs, reads: [site], doing, share: [at(begin), at(end)] });
    const { data } = results[site]!;
    return runs.map((_, i) => data.subarray(i * classes!, (i + 1) * classes!));
  };
}

interface Found {
  readonly question: ClassQuestion;
  readonly graph: ClassGraph;
  /** Indices of the pictures that the net gets right. */
  readonly right: readonly number[];
}

/** Adds single edges, the repaired net, maps, and what was asked of stability. */
async function beyond(
  spec: ClassGraphSpec,
  lab: NetLab,
  { question, graph, right }: Found,
  found: NetFindings,
): Promise<NetFindings> {
  const { net } = lab;
  const { label } = question;
  const images = right.length;
  const asked = (from: number, to: number) => asking(lab, right, [from, to]);
  const edges = await measureEdges(net, question, graph, { images, most: spec.edges, ask: asked(0.6, 0.75) });
  const repaired = await repair(lab, label, graph, images, asked(0.75, 0.8));
  const drawn = drawnGraph(net, label, graph, edges, repaired);
  const layers = shownLayers(spec, lab, graph);
  const maps = layers.length > 0 ? await mapsOf(spec, lab, layers, right) : { figures: [], pictures: [] };
  const whole = {
    ...found,
    graph: drawn,
    figures: [...found.figures, repaired.figure, ...maps.figures],
    pictures: maps.pictures,
  };
  lab.show(whole);
  const figures = [...whole.figures];
  if (spec.noisy > 0 && layers.length > 0) figures.push(await lipschitzFigure(spec, lab, layers[0]!, right));
  if (spec.draws === 0) return { ...whole, figures };
  const stable: LayerStability[] = [];
  for (const layer of graph.layers)
    stable.push(
      await layerStability(
        { net, question, images, betas: spec.betas, draws: spec.draws },
        layer,
        asked(0.9, 1),
      ),
    );
  return { ...whole, figures: [...figures, stabilityFigure(spec, stable)] };
}
