/** The channels of a net that lead to a class, after Ahmad et al. (2024). See docs/class-graph.md. */
import { logitSite } from '../../model/net';
import { largestIds } from '../../util/largest';
import { choice, number, seed } from '../contract/fields';
import type { NetExperiment } from '../net/experiment';
import { netQuestion, type NetSpecOf } from '../net/question';
import { classFindings } from './document';
import { RULES, searchClass } from './search';

const fields = {
  rule: choice({
    label: 'Keep a channel if',
    choices: {
      paired: 'its effect is not 0 (paired t test, false discovery rate)',
      ahmad: 'the logit falls by 1.65 standard errors (Ahmad et al.)',
    },
    default: 'paired',
  }),
  beta: number({ label: 'Set edges to about (empty: cut them)', default: null, isRare: true }),
  seed: seed('Seed of what edges are set to', 1, { isRare: true }),
};

export type ClassGraphSpec = NetSpecOf<typeof fields, true>;

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
    const { net, images, classes, label } = lab;
    const { class: id, name, beta, seed: first } = spec;
    const site = logitSite(net);
    const rowOf = (data: Float32Array, i: number) => data.subarray(i * classes!, (i + 1) * classes!);
    const base = await lab.ask({
      runs: images.map((_, image) => ({ id: `image ${image}`, image })),
      reads: [site],
      doing: 'pictures',
      share: [0, 0.05],
    });
    const said = images.map((_, i) => largestIds(rowOf(base[site]!.data, i), 1)[0]!);
    const right = images.filter((_, i) => said[i] === id);
    if (right.length < 2)
      throw new Error(
        `class-graph: too few images that the net gets right, got ${right.length} of ${images.length}, expected at least 2 of ${name}.`,
      );
    const u =
      beta === undefined ? { low: 0, high: 0, seed: first } : { low: beta, high: beta + SOFT, seed: first };
    const rule = RULES[spec.rule];
    const skipped = images.flatMap((_, i) =>
      said[i] === id
        ? []
        : [{ case: i, label: spec.images[i]!.name, reason: `the net says ${label(said[i]!)}` }],
    );
    const findings = (graph: Parameters<typeof classFindings>[0]) =>
      classFindings(graph, { name, rule, measured: right.length, skipped });
    const graph = await searchClass(
      net,
      { label: id, rule, u },
      right.length,
      async (runs, layer, share) => {
        const results = await lab.ask({ images: right, runs, reads: [site], doing: layer, share });
        return runs.map((_, i) => rowOf(results[site]!.data, i));
      },
      (partial) => lab.show(findings(partial)),
    );
    return findings(graph);
  },
};
