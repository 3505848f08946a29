/** A graph for the terminal: edges, strongest first, and tests. */
import { aligned } from './aligned';
import { plain } from './format';
import { type Graph, type GraphEdge, type GraphNumber, isModelGraph } from './graph';

/** Further edges are counted, not printed. */
const MOST_EDGES = 40;

/** Lines without a final newline. */
export function printGraph(graph: Graph): string {
  const { clean, corrupted, empty } = graph.levels;
  const levels = [
    isModelGraph(graph)
      ? `difference ${plain(clean)} clean, ${plain(corrupted)} corrupted`
      : `logit of the class ${plain(clean)}`,
    ...(empty === null ? [] : [`${plain(empty)} with every edge cut`]),
  ];
  return [...edgeLines(graph), ...truthLines(graph), levels.join(', ')].join('\n');
}

function edgeLines(graph: Graph): string[] {
  const { edges, positions } = graph;
  const kept = edges.filter((edge) => edge.kept).sort((a, b) => size(b) - size(a));
  if (kept.length === 0) return [];
  const place = ({ at }: GraphEdge) => (positions && at !== undefined ? [positions[at]!] : []);
  const rows = kept
    .slice(0, MOST_EDGES)
    .map((edge) => [
      `${edge.from} -> ${edge.to}`,
      ...place(edge),
      ...numberTexts(edge.score, edge.interval),
      edge.measured === false ? 'estimate' : '',
    ]);
  const more = kept.length - rows.length;
  return [
    `edges of the graph (share of ${isModelGraph(graph) ? 'clean - corrupted' : 'the logit'} that is lost without each)`,
    ...aligned(rows).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} weaker ones; see the document`] : []),
  ];
}

const size = ({ score }: GraphEdge): number => Math.abs(score ?? 0);

function truthLines({ truth, rule }: Graph): string[] {
  if (!truth) return [];
  const { faithfulness, heldOut, complement, random, completeness, minimality, cpr, cmd } = truth;
  const named: [string, GraphNumber | undefined][] = [
    ['faithfulness', faithfulness],
    ['on held-out prompts', heldOut],
    ['of all other edges', complement],
    ['of random graphs of that size', random],
    ['completeness (largest gap)', completeness],
    ['CPR', typeof cpr === 'number' ? { value: cpr } : undefined],
    ['CMD', typeof cmd === 'number' ? { value: cmd } : undefined],
    ...(truth.stability ?? []).map(({ over, n, jaccard }): [string, GraphNumber] => [
      `Jaccard over ${n} ${over}`,
      jaccard,
    ]),
    ...(truth.interactions ?? []).map(({ a, b, ...number }): [string, GraphNumber] => [
      `interaction of ${a} and ${b}`,
      number,
    ]),
  ];
  const rows = named.flatMap(([name, number]) =>
    number
      ? [[name, ...(number.missing ? [number.missing] : numberTexts(number.value, number.interval))]]
      : [],
  );
  if (minimality)
    rows.push([`minimality (worst: ${minimality.worst})`, ...numberTexts(minimality.value, null)]);
  return [
    `tests of the graph${rule ? ` (95 % intervals: ${rule})` : ''}`,
    ...aligned(rows).map((line) => `  ${line}`),
  ];
}

/** ['0.31', '[0.24, 0.4]'] */
function numberTexts(value: number | null, interval: GraphNumber['interval']): string[] {
  if (value === null) return ['-', ''];
  return [plain(value), interval ? `[${plain(interval[0])}, ${plain(interval[1])}]` : ''];
}
