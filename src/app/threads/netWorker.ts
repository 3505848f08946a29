/** The thread of nets that come as ONNX graphs: onnxruntime-web computes without pause. */
import { expose, proxy } from 'comlink';
import { measuredStore } from '../../engine/measuredStore';
import { createNetService } from '../../engine/net/service';
import { FileCache } from '../../load/cache';
import { opfsStore } from '../../load/opfsStore';

expose(async (appUrl: string) => {
  const [studies, models] = [await opfsStore('loci-studies'), await opfsStore('loci-models')];
  return proxy(
    createNetService({
      appUrl,
      store: studies && measuredStore(studies),
      cache: models && new FileCache(models),
    }),
  );
});
