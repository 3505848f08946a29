/** Context of all actions: engine and stores. One per page; tests make their own. */
import type { Engine } from '../engine/api';
import { createLatest, createPause, type Latest } from './latest';
import { createDraftStore } from './stores/draft';
import { createGenerationStore } from './stores/generation';
import { createGraphStore } from './stores/graph';
import { createSessionStore } from './stores/session';
import { createStatusStore } from './stores/status';
import { createViewStore } from './stores/view';

export interface Loci {
  readonly engine: Engine;
  readonly draft: ReturnType<typeof createDraftStore>;
  readonly generation: ReturnType<typeof createGenerationStore>;
  readonly graph: ReturnType<typeof createGraphStore>;
  readonly session: ReturnType<typeof createSessionStore>;
  readonly view: ReturnType<typeof createViewStore>;
  readonly status: ReturnType<typeof createStatusStore>;
  /** Drops late answers of each kind. */
  readonly latest: {
    readonly draft: Latest;
    readonly readings: Latest;
    readonly map: Latest;
    readonly answer: Latest;
    readonly example: Latest;
    readonly link: Latest;
    readonly model: Latest;
    readonly preview: Latest;
  };
  /** Waits while the user types, before planning. */
  readonly pause: () => Promise<void>;
  /** Asks yes or no. */
  readonly ask: (question: string) => boolean;
  /** Snippets that the user has allowed in this visit. */
  readonly agreed: Set<string>;
  /** A fresh id, unique in this visit. */
  readonly nextId: (prefix: string) => string;
}

/** Milliseconds: longer gaps between keys are a pause. */
const TYPING = 200;

export function createLoci(engine: Engine, ask: Loci['ask'], typing = TYPING): Loci {
  let ids = 0;
  return {
    engine,
    draft: createDraftStore(),
    generation: createGenerationStore(),
    graph: createGraphStore(),
    session: createSessionStore(),
    view: createViewStore(),
    status: createStatusStore(),
    latest: {
      draft: createLatest(),
      readings: createLatest(),
      map: createLatest(),
      answer: createLatest(),
      example: createLatest(),
      link: createLatest(),
      model: createLatest(),
      preview: createLatest(),
    },
    pause: createPause(typing),
    ask,
    agreed: new Set(),
    nextId: (prefix) => `${prefix}-${++ids}`,
  };
}
