/** This visit's findings. Holds documents, not pictures. */
import { createStore } from 'zustand/vanilla';
import type { ResultDocument } from '../../results/document';
import type { Deviation } from '../../share/deviation';
import type { Steps } from '../../share/pack';
import type { Draft } from './draft';

export interface Finding {
  readonly id: string;
  readonly document: ResultDocument;
  /** The question as typed. */
  readonly asked: Draft;
  readonly origin: 'example' | 'link' | 'run';
  readonly pinned: boolean;
  /** Part of the result is missing. */
  readonly partial: boolean;
  /** Quantisation of its link; empty without one. */
  readonly steps: Steps;
  /** Of a re-run. */
  readonly deviation: Deviation | null;
}

export interface SessionState {
  /** Newest first. */
  readonly findings: readonly Finding[];
  readonly currentId: string | null;
}

export const createSessionStore = () => createStore<SessionState>(() => ({ findings: [], currentId: null }));

export function currentFinding(state: SessionState): Finding | null {
  return state.findings.find((finding) => finding.id === state.currentId) ?? null;
}
