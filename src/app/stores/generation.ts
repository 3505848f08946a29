/** Settings of generation, and the generated text. */
import { createStore } from 'zustand/vanilla';
import type { GeneratedToken, Token } from '../../engine/api';

export interface GenerationSettings {
  readonly maxNew: number;
  readonly choice: 'greedy' | 'random';
  readonly temperature: number;
  /** null: all tokens. */
  readonly topK: number | null;
  readonly topP: number;
  readonly seed: number;
}

export interface TokenStream {
  readonly id: string;
  /** The continued prompt, and its model. */
  readonly prompt: readonly Token[];
  readonly model: string;
  readonly tokens: readonly GeneratedToken[];
  readonly state: 'running' | 'stopping' | 'stopped' | 'eos' | 'length' | 'failed';
}

export interface GenerationState {
  readonly settings: GenerationSettings;
  readonly stream: TokenStream | null;
  /** The same with the edits made by hand; null: none are on. */
  readonly edited: TokenStream | null;
  readonly error: string | null;
}

export const createGenerationStore = () =>
  createStore<GenerationState>(() => ({
    settings: { maxNew: 20, choice: 'greedy', temperature: 1, topK: null, topP: 1, seed: 1 },
    stream: null,
    edited: null,
    error: null,
  }));
