/** Everything that actions work on: the engine and the stores. One per page; tests make their own. */
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
  /** Late answers of each kind are dropped. */
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
  /** Before the question is planned: waits while it is being typed. */
  readonly pause: () => Promise<void>;
  /** Asks yes or no, and waits. */
  readonly ask: (question: string) => boolean;
  /** Snippets that somebody has agreed to run in this visit. */
  readonly agreed: Set<string>;
  /** A fresh id, unique in this visit. */
  readonly nextId: (prefix: string) => string;
}

/** Milliseconds: a longer gap between two keys is a pause in typing. */
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
