/**
 * Names of exported files. A file of its own, so that the page can name a download without loading what writes it.
 */

import { fileStem } from '../util/code/fileName';

/** File name for the export of a model, e.g. 'openai-community/gpt2' -> 'openai-community-gpt2.onnx'. */
export function exportFileName(model: string): string {
  return `${fileStem(model.replace(/[^ -~]+/g, '-'), 'model')}.onnx`;
}
