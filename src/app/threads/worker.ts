/** The engine's thread: gets the page's address and whether there is a GPU, returns the engine. */
import { expose, proxy } from 'comlink';
import { createEngine } from '../../engine/engine';
import { measuredStore } from '../../engine/measuredStore';
import { opfsStore } from '../../load/opfsStore';
import { BEAT, BEAT_EVERY } from './beat';
import { openOnnxThread } from './onnxThread';
import { startThread } from './startThread';

// Held for the thread's lifetime: the page gets the lock when the thread ends.
if (navigator.locks) void navigator.locks.request(self.name, beat);
else void beat();

expose(async (appUrl: string, hasGpu: boolean) => {
  const studies = await opfsStore('loci-studies');
  return proxy(
    createEngine({
      gpu: hasGpu ? navigator.gpu : null,
      startThread,
      appUrl,
      store: await opfsStore('loci-models'),
      ...(studies ? { measured: measuredStore(studies) } : {}),
      memoryBytes: memoryBytes(),
      openOnnx: openOnnxThread,
    }),
  );
});

function beat(): Promise<never> {
  const send = (): void => self.postMessage(BEAT);
  send();
  setInterval(send, BEAT_EVERY);
  return new Promise(() => undefined);
}

/** Memory as reported by the browser (rounded, capped at 8 GB); null if not reported. */
function memoryBytes(): number | null {
  const { deviceMemory } = navigator as { deviceMemory?: number };
  return deviceMemory === undefined || deviceMemory >= 8 ? null : deviceMemory * 2 ** 30;
}
