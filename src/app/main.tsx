/** Starts the page: draws the first finding before using the engine. */
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';
import { EMBEDDED, startEngine } from './actions/boot';
import { recover } from './actions/recover';
import { browserBar, keepAddress, showAddress } from './address';
import { App } from './App';
import { LociContext } from './context';
import { BEAT_EVERY } from './threads/beat';
import { createEngineClient } from './threads/engineClient';
import { lateNets } from './nets/lateNets';
import { startThread } from './threads/engineThread';
import { guarded } from './ErrorBoundary';
import { recallReader } from './firstVisit';
import { missingGpu } from './gpu';
import { createLoci } from './loci';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/parts.css';
import './parts/menus.css';
import './parts/question.css';
import './app.css';
import './narrow.css';
import '../ui/forcedColours.css';

const { Page } = guarded({ Page: App });
const missing = missingGpu();
const appUrl = new URL('.', document.baseURI).href;
const hasGpu = missing.then((reason) => reason === null);
const { engine, tick } = createEngineClient({
  start: (events) => startThread(appUrl, hasGpu, events),
  fallback: EMBEDDED,
  onEnd: (ended) => void recover(loci, ended),
});
const nets = lateNets(appUrl);
const loci = createLoci({ engine, nets }, (question) => window.confirm(question));
setInterval(() => tick(performance.now(), document.visibilityState === 'visible'), BEAT_EVERY);

const dark = matchMedia('(prefers-color-scheme: dark)');
loci.view.setState({ theme: dark.matches ? 'dark' : 'light' });
dark.addEventListener('change', () => loci.view.setState({ theme: dark.matches ? 'dark' : 'light' }));

recallReader(loci);
await showAddress(loci, browserBar);
flushSync(() => {
  createRoot(document.getElementById('page')!).render(
    <LociContext value={loci}>
      <Page />
    </LociContext>,
  );
});
const address = keepAddress(loci, browserBar);
window.addEventListener('popstate', () => void address.moved());
window.addEventListener('pagehide', address.flush);
// Last, so that the first visit downloads nothing twice at once.
void startEngine(loci, missing).finally(async () =>
  (await import('./offline/keepOffline')).keepOffline(loci),
);

// Lets tests of recovery lose the device.
if (new URLSearchParams(location.search).has('test')) {
  Object.assign(window, { loci: { loseDevice: () => engine.loseDevice() } });
}
