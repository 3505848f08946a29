/** Context of all actions: engine and stores. One per page; tests make their own. */
import type { Engine } from '../engine/api';
import type { NetService } from '../engine/net/serviceApi';
import { createLatest, createPause } from './latest';
import { createDraftStore } from './stores/draft';
import { createEditsStore } from './stores/edits';
import { createGenerationStore } from './stores/generation';
import { createGraphStore } from './stores/graph';
import { createNetStore } from './stores/net';
import { createLensStore } from './stores/lens';
import { createSessionStore } from './stores/session';
import { createStatusStore } from './stores/status';
import { createViewStore } from './stores/view';

/** Milliseconds: longer gaps between keys are a pause. */
const TYPING = 200;

export type Loci = ReturnType<typeof createLoci>;

export interface Engines {
  readonly engine: Engine;
  /** For nets that come as ONNX graphs. */
  readonly nets: NetService;
}

/** `ask`: asks yes or no. */
export function createLoci({ engine, nets }: Engines, ask: (question: string) => boolean, typing = TYPING) {
  let ids = 0;
  return {
    engine,
    nets,
    net: createNetStore(),
    draft: createDraftStore(),
    edits: createEditsStore(),
    generation: createGenerationStore(),
    graph: createGraphStore(),
    lens: createLensStore(),
    session: createSessionStore(),
    view: createViewStore(),
    status: createStatusStore(),
    /** Drops late answers of each kind. */
    latest: {
      draft: createLatest(),
      readings: createLatest(),
      map: createLatest(),
      lens: createLatest(),
      answer: createLatest(),
      edits: createLatest(),
      example: createLatest(),
      link: createLatest(),
      model: createLatest(),
      preview: createLatest(),
      net: createLatest(),
      netAnswer: createLatest(),
      pictures: createLatest(),
    },
    /** Waits while the user types, before planning. */
    pause: createPause(typing),
    ask,
    /** Snippets that the user has allowed in this visit. */
    agreed: new Set<string>(),
    /** A fresh id, unique in this visit. */
    nextId: (prefix: string) => `${prefix}-${++ids}`,
  } as const;
}
