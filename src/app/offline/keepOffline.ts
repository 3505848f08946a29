/**
 * Registers the service worker, which keeps this build for use without network, and announces a new
 * build. Where it cannot be registered the page works as before.
 */
import { trustedScript } from '../../util/trustedScript';
import type { Loci } from '../loci';

export async function keepOffline({ status }: Loci): Promise<void> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  // The development server has no such script.
  if (!import.meta.env.PROD || !container) return;
  try {
    const script = new URL('service-worker.js', document.baseURI).href;
    const registration = await container.register(trustedScript(script));
    const announce = (): void => {
      const { waiting } = registration;
      // Without a controller this is the first build, not a new one.
      if (waiting && container.controller) {
        status.setState({ newVersion: () => replace(container, waiting) });
      }
    };
    announce();
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', announce);
    });
  } catch {
    // Private windows, blocked storage, a host without the script.
  }
}

/** Lets the new build take over, then loads it. */
function replace(container: ServiceWorkerContainer, waiting: ServiceWorker): void {
  const reload = (): void => location.reload();
  if (waiting.state === 'installed') {
    container.addEventListener('controllerchange', reload, { once: true });
    waiting.postMessage('activate');
  } else {
    // Another tab has let it take over.
    reload();
  }
}
