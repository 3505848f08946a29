/** Edge sets that several tests ask for, each measured once: only these edges, or all but these. */
import type { Rounds } from '../experiment';
import { type Asked, type CutSet, measureCuts } from './cutSets';
import type { GraphFound } from './search/result';
import { type SearchSpace, levelsOf } from './searchSpace';
import type { GraphSpec } from './spec';

export type Handle = number;

/** Logit difference of each case with a set cut, in the order asked. */
export type Levels = (set: Handle) => readonly number[];

/** Nothing cut: the clean run, already measured. */
const FULL: Handle = -1;

export class CutTable {
  private readonly sets: CutSet[] = [];
  private readonly handles = new Map<string, Handle>();
  private readonly inside: ReadonlySet<number>;
  /** Edges outside the graph. */
  private readonly outside: readonly number[];

  /** `graph`: the superset of most sets. */
  constructor(
    private readonly space: SearchSpace,
    private readonly graph: readonly number[],
  ) {
    this.inside = new Set(graph);
    this.outside = complement(this.inside, space.edges.length);
  }

  /** The model with all other edges cut. */
  only(kept: Iterable<number>): Handle {
    return this.handleOf(new Set(kept), true);
  }

  /** The model with these edges cut. */
  without(cut: Iterable<number>): Handle {
    return this.handleOf(new Set(cut), false);
  }

  /** Cut edges keep beta, without jitter: jitter would make equal sets differ. */
  *measure(asked: Asked): Rounds<GraphSpec, GraphFound, Levels> {
    const { space } = this;
    const cases = asked.cases ?? space.cases;
    const measured = yield* measureCuts(space, this.sets, asked);
    const clean = cases.map((i) => levelsOf(space, i).clean);
    return (set) => (set === FULL ? clean : measured.map((own) => own[set]!));
  }

  /** Whether only graph edges remain, and some edge lies outside. */
  private isPart(named: ReadonlySet<number>, areKept: boolean): boolean {
    if (!areKept || this.outside.length === 0) return false;
    return [...named].every((e) => this.inside.has(e));
  }

  /** Large sets are stored by complement: there may be thousands. */
  private handleOf(named: ReadonlySet<number>, areKept: boolean): Handle {
    const total = this.space.edges.length;
    const isSmall = 2 * named.size <= total;
    const listed = isSmall ? [...named].sort((a, b) => a - b) : complement(named, total);
    const listsKept = areKept === isSmall;
    if (!listsKept && listed.length === 0) return FULL;
    const key = `${listsKept ? 'only' : 'without'} ${listed.join()}`;
    const known = this.handles.get(key);
    if (known !== undefined) return known;
    const { beta } = this.space.spec;
    const set: CutSet = this.isPart(named, areKept)
      ? { cut: this.graph.filter((e) => !named.has(e)), on: this.outside, beta }
      : listsKept
        ? allBut(listed, total, beta)
        : { cut: listed, beta };
    this.handles.set(key, this.sets.push(set) - 1);
    return this.sets.length - 1;
  }
}

/** Built only when run. */
function allBut(kept: readonly number[], total: number, beta: number): CutSet {
  return {
    get cut() {
      return complement(new Set(kept), total);
    },
    beta,
  };
}

const complement = (edges: ReadonlySet<number>, total: number): number[] =>
  Array.from({ length: total }, (_, e) => e).filter((e) => !edges.has(e));
