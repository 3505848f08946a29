/**
 * Names of exported files. Separate, so that the page can name a download without loading the
 * exporter.
 */

import { fileStem } from '../util/code/fileName';

/**
 * File name for the export of a model, e.g. 'openai-community/gpt2' ->
 * 'openai-community-gpt2.onnx'.
 */
export function exportFileName(model: string): string {
  return `${fileStem(model.replace(/[^ -~]+/g, '-'), 'model')}.onnx`;
}
