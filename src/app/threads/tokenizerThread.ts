/** The page's thread for a tokenizer: what a model's files say runs here, and can be ended. */
import { type Request, serveTokenizer } from '../../load/tokenizer/serve';

const serve = serveTokenizer((reply) => postMessage(reply));
addEventListener('message', ({ data }: MessageEvent<Request>) => void serve(data));
