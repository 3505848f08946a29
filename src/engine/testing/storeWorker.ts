/** A store of measured cases in the browser's file system, in a worker as in the product. */
import { expose, proxy } from 'comlink';
import { opfsStore } from '../../load/opfsStore';
import { measuredStore } from '../measuredStore';

expose(async () => {
  const files = await opfsStore('loci-studies');
  return files && proxy(measuredStore(files));
});
