/** What is selected and how the page is drawn. */
import { createStore } from 'zustand/vanilla';
import type { AttentionHead } from '../../panels/attention/select';
import type { FigureSelection } from '../../panels/figure/select';

export interface ViewState {
  readonly hover: FigureSelection | null;
  readonly locked: FigureSelection | null;
  readonly head: AttentionHead;
  readonly headPreview: AttentionHead | null;
  readonly withoutSink: boolean;
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
    head: { layer: 0, head: 0 },
    headPreview: null,
    withoutSink: true,
    theme: 'light',
    link: null,
    linkError: null,
    isUnaddressed: false,
    shareError: null,
  }));

/** The one selection: what is locked, else what is under the pointer. */
export function activeSelection(state: ViewState): FigureSelection | null {
  return state.locked ?? state.hover;
}

/** The same two events for every panel: one selection. Locking the locked cell again releases it. */
export const selectionActions = (view: ReturnType<typeof createViewStore>) => ({
  onHover: (hover: FigureSelection | null) => view.setState({ hover }),
  onLock: (locked: FigureSelection | null) => {
    const isSame = JSON.stringify(view.getState().locked) === JSON.stringify(locked);
    view.setState({ locked: isSame ? null : locked });
  },
});

/** Nothing is selected. */
export const UNSELECTED = {
  hover: null,
  locked: null,
  headPreview: null,
} as const;
