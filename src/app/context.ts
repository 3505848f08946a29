import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Loci } from './loci';
import type { DraftState } from './stores/draft';
import type { EditsState } from './stores/edits';
import type { GenerationState } from './stores/generation';
import type { GraphState } from './stores/graph';
import type { LensState } from './stores/lens';
import type { NetState } from './stores/net';
import { currentFinding, type Finding, type SessionState } from './stores/session';
import type { StatusState } from './stores/status';
import type { ViewState } from './stores/view';

export const LociContext = createContext<Loci | null>(null);

export function useLoci(): Loci {
  const loci = useContext(LociContext);
  if (!loci) throw new Error('internal: a part of the page is used outside of LociContext.');
  return loci;
}

export const useDraft = <T>(select: (state: DraftState) => T): T => useStore(useLoci().draft, select);
export const useEdits = <T>(select: (state: EditsState) => T): T => useStore(useLoci().edits, select);
export const useGeneration = <T>(select: (state: GenerationState) => T): T =>
  useStore(useLoci().generation, select);
export const useGraph = <T>(select: (state: GraphState) => T): T => useStore(useLoci().graph, select);
export const useLens = <T>(select: (state: LensState) => T): T => useStore(useLoci().lens, select);
export const useNet = <T>(select: (state: NetState) => T): T => useStore(useLoci().net, select);
export const useSession = <T>(select: (state: SessionState) => T): T => useStore(useLoci().session, select);
export const useView = <T>(select: (state: ViewState) => T): T => useStore(useLoci().view, select);
export const useStatus = <T>(select: (state: StatusState) => T): T => useStore(useLoci().status, select);
export const useFinding = (): Finding | null => useSession(currentFinding);
