/** Where a model comes from. */
import { BUILTIN_MODELS } from './builtin';

export type ModelSource =
  /** A folder that ships with the app, e.g. 'atlas'. */
  | { readonly kind: 'builtin'; readonly id: string }
  /**
   * A Hugging Face layout below `base` (default https://huggingface.co):
   * {base}/{id}/resolve/{revision}/{file}.
   */
  | {
      readonly kind: 'hub';
      readonly id: string;
      readonly revision?: string;
      readonly base?: string;
      /**
       * For gated and private models on the server at `base`, and only there; kept in memory only.
       */
      readonly token?: string;
      /** A GGUF file of the repository, if that is the whole model. */
      readonly file?: string;
    }
  /** The files of a local folder, by name. A GGUF file among them is the whole model. */
  | { readonly kind: 'files'; readonly title: string; readonly files: ReadonlyMap<string, Blob> };

/** What to call the model before it is open. */
export function nameOfSource(source: ModelSource): string {
  if (source.kind === 'files') return source.title;
  if (source.kind === 'hub') return source.id;
  return BUILTIN_MODELS.find(({ id }) => id === source.id)?.title ?? source.id;
}
