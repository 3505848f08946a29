/**
 * Do estimates rank states and edges as measuring does, on prompts that chose nothing, and better
 * than trivial orders? And do they still, once the weights are shuffled? `node rankings.js [set...]`.
 */
import { topOf } from '../src/experiments/common/agreementFigures';
import type { StudyCase } from '../src/experiments/common/spec';
import { builtinContext } from '../src/experiments/testing/builtin';
import { type Sized, sizesOf, withinKinds } from '../src/experiments/testing/withinKinds';
import { edgeName, edgesOf } from '../src/model/edges';
import { agreement } from '../src/statistics/agreement';
import { EDGE_METHODS, edgeOrders, estimated, knownOf } from './rankings/edges';
import { openAtlas } from './rankings/models';
import { estimatesOf, METHODS, type Opened, type Orders, ordersOf } from './rankings/orders';
import { casesOf, SETS, type SetName } from './rankings/questions';
import { cellsOf, header, overOf, row } from './rankings/table';

const METRICS = ['logit-diff', 'p'] as const;
const DIRECTIONS = ['denoise', 'noise'] as const;
const COLUMNS = [...Object.keys(METHODS), 'difference alone', 'gradient alone'];
/** Seeds of the shuffles. */
const SHUFFLES = [1, 2, 3];

/** Prompts in which every edge is cut: 1,108 runs each. */
const JUDGED_BY_EDGES = 16;

interface Judged {
  readonly one: StudyCase;
  readonly orders: Orders;
}

const context = await builtinContext('atlas');
const atlas = await openAtlas(null);
const shuffled = await Promise.all(SHUFFLES.map(openAtlas));
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SETS);
for (const set of names as SetName[]) {
  const { chose, judge } = await casesOf(set, context);
  const known = await knownOf(atlas, judge);
  await judgeEdges(set, { chose: await knownOf(atlas, chose), judge: known.slice(0, JUDGED_BY_EDGES) });
  await judgeStates(set, judge);
}
// The device would keep the process alive.
process.exit(0);

async function judgeStates(set: SetName, cases: readonly StudyCase[]) {
  const [rank, top]: [string[], string[]] = [[], []];
  for (const metric of METRICS)
    for (const direction of DIRECTIONS) {
      const fields = { metric, direction };
      const known: Judged[] = [];
      for (const one of cases) {
        const orders = await ordersOf(atlas, one, fields);
        if (orders) known.push({ one, orders });
      }
      const over = overOf(known.map(({ one }) => one));
      const per = known.map(({ orders }) => COLUMNS.map((by) => judged(orders.by[by]!, orders.measured)));
      const of = (pick: 'spearman' | 'top') =>
        cellsOf(
          per.map((own) => own.map((found) => found[pick])),
          over,
        );
      const n = known.map(({ orders }) => topOf(orders.measured.length) / orders.measured.length);
      const random = (n.reduce((sum, share) => sum + share, 0) / n.length).toFixed(2);
      const about = [set, metric, direction, known.length];
      rank.push(row([...about, ...of('spearman'), '0']));
      top.push(row([...about, ...of('top'), random]));
    }
  const columns = ['set', 'metric', 'direction', 'prompts', ...COLUMNS, 'random'];
  console.log(`\n${set}: Spearman of sizes${header(columns)}\n${rank.join('\n')}`);
  console.log(`\n${set}: share of the 20 largest found${header(columns)}\n${top.join('\n')}`);
  console.log(`\n${set}: estimates of Atlas beside those of shuffled weights`);
  console.log(
    header(['set', 'metric', 'direction', 'prompts', 'Spearman', 'among heads', 'share of the top 20']),
  );
  for (const metric of METRICS)
    for (const direction of DIRECTIONS) console.log(await randomised(set, cases, { metric, direction }));
}

function judged(order: readonly number[], measured: readonly number[]) {
  return agreement(order, measured, topOf(measured.length));
}

/** The order is the mean over the prompts that chose, and is compared prompt by prompt. */
async function judgeEdges(set: SetName, prompts: Parameters<typeof edgeOrders>[1]) {
  const { by, measured, judged: cases } = await edgeOrders(atlas, prompts);
  const about = `${set}: ${by.EAP!.length} edges, orders of ${prompts.chose.length} prompts on ${cases.length} others`;
  const shares = ['Spearman of sizes', 'share of the 20 largest', 'beside shuffled weights', 'among heads'];
  console.log(`\n${about}${header(['order', ...shares])}`);
  for (const [name, order] of Object.entries(by)) {
    const per = measured.map((own) => judged(order, own)).map(({ spearman, top }) => [spearman, top]);
    const fields = EDGE_METHODS[name as keyof typeof EDGE_METHODS];
    // Along activations a prompt takes 65 backward passes: not repeated for every shuffle.
    const random =
      fields && !('along' in fields) ? await shuffledOrders(order, prompts.chose, fields) : ['', ''];
    console.log(row([name, ...cellsOf(per, overOf(cases)), ...random]));
  }
  console.log(row(['random', 0, (topOf(by.EAP!.length) / by.EAP!.length).toFixed(2), '', '']));
}

/** Means over the shuffles; edges that differ in heads alone are of one kind. */
async function shuffledOrders(order: readonly number[], cases: readonly StudyCase[], fields: object) {
  const kinds = edgesOf(atlas.model).map((edge) => edgeName(edge).replace(/\.h\d+/g, ''));
  const sized = (sizes: readonly number[]) => sizes.map((size, e) => ({ size, kind: kinds[e]! }));
  const found: number[][] = [];
  for (const other of shuffled) {
    const theirs = await estimated(other, cases, fields);
    found.push([judged(theirs, order).spearman ?? 0, withinKinds(sized(theirs), sized(order))]);
  }
  return [0, 1].map((c) => (found.reduce((sum, own) => sum + own[c]!, 0) / found.length).toFixed(2));
}

/** States that the twin changes in neither model rank alike in both: they are left out. */
async function randomised(set: SetName, cases: readonly StudyCase[], fields: Record<string, string>) {
  const compare = async (one: StudyCase, other: Opened) => {
    const [own, theirs] = [await estimatesOf(atlas, one, fields), await estimatesOf(other, one, fields)];
    const changed = [...own.keys()].filter((i) => own[i]!.size !== 0 || theirs[i]!.size !== 0);
    const of = (list: readonly Sized[]) => changed.map((i) => list[i]!);
    const { spearman, top } = judged(sizesOf(of(theirs)), sizesOf(of(own)));
    return [spearman, withinKinds(of(theirs), of(own)), top];
  };
  const perCase: (number | null)[][] = [];
  for (const one of cases) {
    const own = await Promise.all(shuffled.map((other) => compare(one, other)));
    perCase.push([0, 1, 2].map((c) => own.reduce((sum, found) => sum + (found[c] ?? 0), 0) / own.length));
  }
  return row([set, fields.metric!, fields.direction!, cases.length, ...cellsOf(perCase, overOf(cases))]);
}
