/** A graph's figures: faithfulness by graph size, and the strongest edges. */
import { type CurvePoint, edgeKey, type Graph } from '../../results/graph';
import type { Figure } from '../../results/document';
import { percent } from '../../results/format';

/** Most edges shown as bars. */
const STRONGEST = 20;

export function figuresOf(graph: Graph, prompts: number): Figure[] {
  const varies = prompts > 1 ? { varies: { what: 'prompts', n: prompts } } : {};
  return [...curveFigure(graph, varies), ...strongestFigure(graph, varies)];
}

function curveFigure({ truth }: Graph, varies: Pick<Figure, 'varies'>): Figure[] {
  const { curve, randomCurve } = truth ?? {};
  if (!curve || curve.length === 0) return [];
  const lines: { name: string; points: readonly CurvePoint[] }[] = [
    { name: 'the strongest edges', points: curve },
  ];
  if (randomCurve?.length === curve.length) lines.push({ name: 'random edges', points: randomCurve });
  const points = lines.flatMap((line) => line.points);
  const intervals = points.map(({ interval }) => interval ?? null);
  return [
    {
      name: 'faithfulness',
      title: 'faithfulness of graphs of each size',
      axes: [
        { name: 'graph', labels: lines.map(({ name }) => name) },
        {
          name: 'edges kept',
          labels: curve.map(({ share }) => percent(share)),
          // Log scale: sizes compare as factors.
          at: curve.map(({ share }) => Math.log10(share)),
        },
      ],
      unit: 'share of the difference',
      values: points.map(({ faithfulness }) => faithfulness),
      ...(intervals.some((interval) => interval) ? { intervals, ...varies, rule: 'Fieller' } : {}),
      levels: [
        { name: 'all edges', value: 1 },
        { name: 'none', value: 0 },
      ],
      drawn: 'lines',
      scale: 'signed',
      caption:
        'How much of the difference is left with only so many edges, the strongest first, and all others cut. The axis is ' +
        'logarithmic.',
    },
  ];
}

function strongestFigure({ edges }: Graph, varies: Pick<Figure, 'varies'>): Figure[] {
  const scored = edges.filter(({ kept, score }) => kept && score !== null);
  const size = ({ score }: { readonly score: number | null }) => Math.abs(score!);
  const shown = [...scored].sort((a, b) => size(b) - size(a)).slice(0, STRONGEST);
  if (shown.length === 0) return [];
  const intervals = shown.map(({ interval }) => interval ?? null);
  const isEstimate = shown.some(({ measured }) => measured === false);
  const title = shown.length < scored.length ? `the ${shown.length} strongest edges` : 'edges of the graph';
  return [
    {
      name: 'strongest edges',
      title: isEstimate ? `${title}, by estimate` : title,
      axes: [{ name: 'edge', labels: shown.map(edgeKey) }],
      unit: isEstimate ? 'estimated share of clean - corrupted' : 'share of clean - corrupted',
      values: shown.map(({ score }) => score),
      ...(intervals.some((interval) => interval) ? { intervals, ...varies, rule: 'clustered t' } : {}),
      drawn: 'bars',
      scale: 'signed',
      caption: isEstimate
        ? 'An estimate by gradient of what each edge carries of the difference. Positive: it supports the answer.'
        : 'What is lost of the difference when each edge is cut alone. Positive: it supports the answer.',
    },
  ];
}
