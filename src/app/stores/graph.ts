/** What is done with the graph that is shown: wires cut, what the model then says, and the graph it is held against. */
import { createStore } from 'zustand/vanilla';
import type { ToldAnswer } from '../../engine/api';
import { AS_FOUND, type GraphView } from '../../panels/graph/view';

export type Answer =
  | { readonly state: 'asking' }
  | { readonly state: 'told'; readonly answer: ToldAnswer }
  | { readonly state: 'failed'; readonly message: string };

export interface GraphState {
  readonly view: GraphView;
  /** The same of the findings of this visit, by their id. */
  readonly views: Readonly<Record<string, GraphView>>;
  /** Null while nothing is cut, or nothing can be asked. */
  readonly answer: Answer | null;
  /** The finding whose graph is shown beside. */
  readonly beside: string | null;
  /** Names of edges that are being measured by themselves. */
  readonly measuring: readonly string[];
  /** Why the last of these could not be done. */
  readonly error: string | null;
}

/** Of a finding that is shown for the first time. */
export const UNTOUCHED: Omit<GraphState, 'views'> = {
  view: AS_FOUND,
  answer: null,
  beside: null,
  measuring: [],
  error: null,
};

export const createGraphStore = () => createStore<GraphState>(() => ({ ...UNTOUCHED, views: {} }));
