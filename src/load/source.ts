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

/** Whether a revision is a commit, whose contents never change. */
export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/** A finding's model as its document names it. */
interface Named {
  readonly id: string;
  readonly revision: string;
}

/** Where to open a finding's model again; null if only its reader's disk may hold it. */
export function sourceOfModel({ id, revision }: Named): ModelSource | null {
  if (revision === 'builtin')
    return BUILTIN_MODELS.some((own) => own.id === id) ? { kind: 'builtin', id } : null;
  const [, name, file] = /^([\w.-]+\/[\w.-]+)(?:\/([\w./-]+\.gguf))?$/.exec(id) ?? [];
  if (name === undefined || !isCommit(revision)) return null;
  return { kind: 'hub', id: name, revision, ...(file !== undefined && { file }) };
}

/** What to call the model before it is open. */
export function nameOfSource(source: ModelSource): string {
  if (source.kind === 'files') return source.title;
  if (source.kind === 'hub') return source.id;
  return BUILTIN_MODELS.find(({ id }) => id === source.id)?.title ?? source.id;
}
