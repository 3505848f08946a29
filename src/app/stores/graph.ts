/** What is done with the graph that is shown: wires cut, what the model then says, and the graph it is held against. */
import { createStore } from 'zustand/vanilla';
import type { ToldAnswer } from '../../engine/api';

/** Wires cut at once: edges, nodes for all wires into them, see the engine's `CutRequest`. */
export type CutStep = readonly string[];

export type Answer =
  | { readonly state: 'asking' }
  | { readonly state: 'told'; readonly answer: ToldAnswer }
  | { readonly state: 'failed'; readonly message: string };

export interface GraphState {
  /** In the order in which they were cut, so that each can be undone. */
  readonly cuts: readonly CutStep[];
  /** Null while nothing is cut, or nothing can be asked. */
  readonly answer: Answer | null;
  /** The finding whose graph is shown beside. */
  readonly beside: string | null;
  /** Names of edges that are being measured by themselves. */
  readonly measuring: readonly string[];
  /** Why the last of these could not be done. */
  readonly error: string | null;
}

export const UNTOUCHED: GraphState = { cuts: [], answer: null, beside: null, measuring: [], error: null };

export const createGraphStore = () => createStore<GraphState>(() => UNTOUCHED);
