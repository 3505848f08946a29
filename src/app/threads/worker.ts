/** The engine's thread: the page says where it lies and whether there is a GPU, and gets the engine. */
import { expose, proxy } from 'comlink';
import { createEngine } from '../../engine/engine';
import { measuredStore } from '../../engine/measuredStore';
import { opfsStore } from '../../load/opfsStore';
import { BEAT, BEAT_EVERY } from './beat';
import { openOnnxThread } from './onnxThread';
import { startThread } from './startThread';

// The lock lasts as long as this thread: the page gets it when the thread ends.
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

/** The computer's memory as the browser tells it (rounded, at most 8 GB: then it may have more). */
function memoryBytes(): number | null {
  const { deviceMemory } = navigator as { deviceMemory?: number };
  return deviceMemory === undefined || deviceMemory >= 8 ? null : deviceMemory * 2 ** 30;
}
