/** Names of exported files; separate, so that the page need not load the exporter. */

import { fileStem } from '../util/code/fileName';

/** File name of a model's export, e.g. 'openai-community/gpt2' -> 'openai-community-gpt2.onnx'. */
export function exportFileName(model: string): string {
  return `${fileStem(model.replace(/[^ -~]+/g, '-'), 'model')}.onnx`;
}
