/**
 * Names of exported files. A file of its own, so that the page can name a download without loading what writes it.
 */

/** File name for the export of a model, e.g. 'openai-community/gpt2' -> 'openai-community-gpt2.onnx'. */
export function exportFileName(model: string): string {
  const plain = model.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, '');
  return `${plain || 'model'}.onnx`;
}
