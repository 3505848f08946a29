/**
 * Order and mask (Huang et al. 2025): the same documents in other orders, with causal or
 * bidirectional attention. Reports the answer, its attention to each document (information
 * contribution), and whether to trust the order with the highest attention peak.
 */
import type { RunResult } from '../../forward/request/contract';
import type { ModelSpec } from '../../model/spec';
import { studyDocument } from '../common/document';
import { metricRow, metricValue } from '../common/metric';
import { answerRowOf } from '../common/spec';
import { question } from '../contract/question';
import type { Experiment } from '../experiment';
import { bothWaysMasks, contributions } from './contribution';
import { figuresOf, findingOf } from './figures';
import { itemsOf, type Numbers, type PromptNumbers } from './items';
import { checkTextOrder, fields, KIND, resolveItems, type TextOrderSpec } from './spec';

const patternOf = (layer: number): string => `blocks.${layer}.attn.hook_pattern`;

export const textOrderExperiment: Experiment<TextOrderSpec, PromptNumbers> = {
  ...question({
    kind: KIND,
    about: {
      title: 'Text order',
      asks: 'Does the answer depend on the order of the documents?',
      group: 'change',
      short: 'If documents swap?',
      mediators: ['attention'],
      search: 'observation',
      interventions: ['reorder', 'mask'],
      limits:
        'Attention paid to a document is not use of it, and a document’s tokens hold what they read from others.',
      docs: 'text-order.md',
      citation: {
        text: 'Huang et al., Masking in Multi-hop QA (2025)',
        url: 'https://arxiv.org/abs/2505.11754',
      },
      needs: { own: { items: 'documents and a question' } },
    },
    fields,
    check: checkTextOrder,
    resolveCases: resolveItems,
  }),
  plan(spec, model, i) {
    const one = spec.cases[i]!;
    const metric = metricRow(one);
    const captures = Array.from({ length: model.nLayers }, (_, layer) => ({ site: patternOf(layer) }));
    const causal = { id: 'causal', tokens: one.tokens, metric, captures };
    if (!spec.bothWays) return [causal];
    const masks = bothWaysMasks(model, one.tokens.length);
    return [causal, { id: 'bothWays', base: 'causal', masks, metric, captures }];
  },
  measure(spec, model, i, { runs }) {
    const of = (result: RunResult) => numbersOf(spec, model, i, result);
    return { causal: of(runs.causal!), ...(spec.bothWays ? { bothWays: of(runs.bothWays!) } : {}) };
  },
  reduce(spec, measured, context) {
    const items = itemsOf(spec, measured);
    if (items.length === 0) return null;
    return studyDocument(spec, measured, context, {
      finding: findingOf(spec, items, context),
      notes: spec.bothWays
        ? [
            'The model was trained to see earlier tokens only: with attention both ways it is where it never was, so a fall there says little of the order.',
          ]
        : [],
      figures: figuresOf(spec, items, context),
    });
  },
};

function numbersOf(spec: TextOrderSpec, model: ModelSpec, i: number, result: RunResult): Numbers {
  const one = spec.cases[i]!;
  const { nHeads: heads, nLayers } = model;
  const at = { heads, T: one.tokens.length, row: answerRowOf(one) };
  const metric = result.metric!;
  return {
    metric: metricValue(spec.metric, metric),
    p: metricValue('p', metric),
    said: metric.argmax,
    contribution: Array.from({ length: nLayers }, (_, layer) =>
      contributions(result.captures[patternOf(layer)]!.data, at, spec.layouts[i]!),
    ),
  };
}
