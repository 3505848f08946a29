/** The current graph's state: cuts, the model's answer, and the graph it is compared with. */
import { createStore } from 'zustand/vanilla';
import type { ToldAnswer } from '../../engine/api';
import { AS_FOUND, type GraphView } from '../../panels/graph/view';

export type Answer =
  | { readonly state: 'asking' }
  | { readonly state: 'told'; readonly answer: ToldAnswer }
  | { readonly state: 'failed'; readonly message: string };

export interface GraphState {
  readonly view: GraphView;
  /** View states of this visit's findings, by id. */
  readonly views: Readonly<Record<string, GraphView>>;
  /** Null without cuts, or if the model cannot be asked. */
  readonly answer: Answer | null;
  /** The finding of the compared graph. */
  readonly beside: string | null;
  /** Names of edges being measured. */
  readonly measuring: readonly string[];
  /** Why the last action failed. */
  readonly error: string | null;
}

/** State of a finding shown for the first time. */
export const UNTOUCHED: Omit<GraphState, 'views'> = {
  view: AS_FOUND,
  answer: null,
  beside: null,
  measuring: [],
  error: null,
};

export const createGraphStore = () => createStore<GraphState>(() => ({ ...UNTOUCHED, views: {} }));
