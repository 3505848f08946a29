/** What is selected and how the page is drawn. */
import { createStore } from 'zustand/vanilla';
import type { AttentionHead } from '../../panels/attention/select';
import type { FigureSelection } from '../../panels/figure/select';
import type { Selection } from '../../panels/selection';

export interface ViewState {
  readonly hover: Selection | null;
  readonly locked: Selection | null;
  /** The same for the figures of a study. */
  readonly figureHover: FigureSelection | null;
  readonly figureLocked: FigureSelection | null;
  readonly head: AttentionHead;
  readonly headPreview: AttentionHead | null;
  readonly withoutSink: boolean;
  readonly asTable: boolean;
  readonly theme: 'light' | 'dark';
  /** The link after copying it. */
  readonly link: { readonly url: string; readonly copied: boolean; readonly isSmaller: boolean } | null;
  /** What is wrong with the link that was opened. */
  readonly linkError: string | null;
  /** The finding is too large for the address. */
  readonly isUnaddressed: boolean;
  /** Exporting or copying failed. */
  readonly shareError: string | null;
}

export const createViewStore = () =>
  createStore<ViewState>(() => ({
    hover: null,
    locked: null,
    figureHover: null,
    figureLocked: null,
    head: { layer: 0, head: 0 },
    headPreview: null,
    withoutSink: true,
    asTable: false,
    theme: 'light',
    link: null,
    linkError: null,
    isUnaddressed: false,
    shareError: null,
  }));

/** The one selection: what is locked, else what is under the pointer. */
export function activeSelection(state: ViewState): Selection | null {
  return state.locked ?? state.hover;
}

/** The same for figures. */
export function activeFigure(state: ViewState): FigureSelection | null {
  return state.figureLocked ?? state.figureHover;
}

/** Nothing is selected. */
export const UNSELECTED = {
  hover: null,
  locked: null,
  figureHover: null,
  figureLocked: null,
  headPreview: null,
} as const;
