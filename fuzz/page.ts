/** Renders the page in Node: documents in, markup out. No browser is involved. */
import { createElement } from 'react';
import { renderToPipeableStream } from 'react-dom/server';
import { Writable } from 'node:stream';
import { App } from '../src/app/App';
import { LociContext } from '../src/app/context';
import { createLoci, type Loci } from '../src/app/loci';
import { experiments } from '../src/experiments/registry';
import { createFakeEngine, MODEL, NO_NETS } from '../src/app/testing';

/**
 * A page with an open model. During server rendering its stores report their current state, not the
 * initial one.
 */
export function createPage(): Loci {
  Object.assign(globalThis, { window: globalThis, matchMedia: () => ({ matches: false }) });
  const loci = createLoci({ engine: createFakeEngine(), nets: NO_NETS }, () => true);
  const catalogue = experiments.map(({ kind, about }) => ({ kind, about }));
  loci.status.setState({ phase: 'ready', model: MODEL, catalogue });
  for (const store of [
    loci.draft,
    loci.net,
    loci.generation,
    loci.graph,
    loci.session,
    loci.view,
    loci.status,
  ])
    Object.assign(store, { getInitialState: store.getState });
  return loci;
}

/** Renders the whole page, including lazily loaded parts. Rejects with the first exception. */
export function render(loci: Loci): Promise<void> {
  return new Promise((resolve, reject) => {
    const page = createElement(LociContext, { value: loci }, createElement(App));
    const sink = new Writable({ write: (_piece, _encoding, done) => done() });
    const { pipe } = renderToPipeableStream(page, {
      onError: reject,
      onShellError: reject,
      onAllReady: () => {
        sink.on('finish', resolve);
        pipe(sink);
      },
    });
  });
}
