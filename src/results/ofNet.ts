/** Documents of questions about nets that come as ONNX graphs: they have pictures and no tokens. */
import type { ResultDocument } from './document';

export const isOfNet = ({ model }: Pick<ResultDocument, 'model'>): boolean => model.family === 'onnx';

/** The names of the pictures that were asked about. */
export function picturesAsked({ spec }: Pick<ResultDocument, 'spec'>): string[] {
  const { images } = spec;
  return Array.isArray(images) ? images.map((image: { name?: unknown }) => String(image?.name ?? '')) : [];
}
