/** Where a model comes from. */
export type ModelSource =
  /** A folder that ships with the app, e.g. 'atlas'. */
  | { readonly kind: 'builtin'; readonly id: string }
  /** A Hugging Face layout below `base` (default https://huggingface.co): {base}/{id}/resolve/{revision}/{file}. */
  | { readonly kind: 'hub'; readonly id: string; readonly revision?: string; readonly base?: string }
  /** The files of a local folder, by name. */
  | { readonly kind: 'files'; readonly title: string; readonly files: ReadonlyMap<string, Blob> };
