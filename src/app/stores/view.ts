/** Selection and appearance of the page. */
import { createStore } from 'zustand/vanilla';
import type { AttentionHead } from '../../panels/attention/select';
import type { FigureSelection } from '../../panels/figure/select';
import type { FollowedToken } from '../../panels/lens/select';

export type TabName = 'Map' | 'Attention' | 'Lens' | 'Graph' | 'Text' | 'Table';

/** A link, or HTML of a frame with it. */
export interface Copied {
  readonly url: string;
  readonly copied: boolean;
  readonly what: 'whole' | 'smaller' | 'frame';
}

export interface ViewState {
  readonly hover: FigureSelection | null;
  readonly locked: FigureSelection | null;
  /** The cell that is being dragged; the pointed one is where it would go. */
  readonly dragged: FigureSelection | null;
  /** The chosen head; null: the most telling one. */
  readonly head: AttentionHead | null;
  readonly headPreview: AttentionHead | null;
  readonly withoutSink: boolean;
  /** The chosen tab of a finding; any other finding opens on its own picture. */
  readonly tab: { readonly finding: string; readonly name: TabName } | null;
  /** The figure shown alone, or all of its group; null: as many as are readable. */
  readonly band: string | null;
  /** The token whose numbers the logit lens shows; null: each cell's likeliest. */
  readonly followed: FollowedToken | null;
  /** Attention or lens are on the screen. */
  readonly isReading: boolean;
  /** Id of the finding that the current one is compared with. */
  readonly beside: string | null;
  readonly theme: 'light' | 'dark';
  /** The copied link. */
  readonly link: Copied | null;
  /** The problem of an opened link. */
  readonly linkError: string | null;
  /** The finding is too large for an address. */
  readonly isUnaddressed: boolean;
  /** Exporting or copying failed. */
  readonly shareError: string | null;
  /** What was done to get the finding is folded away. */
  readonly isMethodFolded: boolean;
  readonly tour: 'off' | 'offered' | 'on';
}

export const createViewStore = () =>
  createStore<ViewState>(() => ({
    hover: null,
    locked: null,
    dragged: null,
    head: null,
    headPreview: null,
    withoutSink: true,
    tab: null,
    band: null,
    followed: null,
    isReading: false,
    beside: null,
    theme: 'light',
    link: null,
    linkError: null,
    isUnaddressed: false,
    shareError: null,
    isMethodFolded: false,
    tour: 'off',
  }));

/** The locked cell, else the one under the pointer; while dragging the latter. */
export function activeSelection({ locked, hover, dragged }: ViewState): FigureSelection | null {
  return dragged ? hover : (locked ?? hover);
}

/** Selection events of every panel. Locking the locked cell releases it. */
export const selectionActions = (view: ReturnType<typeof createViewStore>) => ({
  onHover: (hover: FigureSelection | null) => view.setState({ hover }),
  onLock: (locked: FigureSelection | null) => {
    const isSame = JSON.stringify(view.getState().locked) === JSON.stringify(locked);
    view.setState({ locked: isSame ? null : locked });
  },
});

export const UNSELECTED = {
  hover: null,
  locked: null,
  headPreview: null,
  followed: null,
} as const;
