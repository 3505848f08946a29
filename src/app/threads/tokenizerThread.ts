/** A tokenizer's thread on the page: runs a model's own rules, and can be killed. */
import { type Request, serveTokenizer } from '../../load/tokenizer/serve';

const serve = serveTokenizer((reply) => postMessage(reply));
addEventListener('message', ({ data }: MessageEvent<Request>) => void serve(data));
