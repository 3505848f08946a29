/** A model from the user's own disk: a folder in Hugging Face layout, its files, or one GGUF file. */
import type { ChangeEvent } from 'react';
import type { ModelSource } from '../../../engine/api';
import { openModel } from '../../actions/model';
import { useLoci } from '../../context';

export function LocalFiles({ isBusy }: { readonly isBusy: boolean }) {
  const loci = useLoci();
  const pick = (event: ChangeEvent<HTMLInputElement>) => {
    const source = sourceOfFiles([...(event.target.files ?? [])]);
    event.target.value = '';
    if (source) void openModel(loci, source);
  };
  return (
    <div className="model-files">
      <p className="small muted">
        Or drop a model here: a folder or its files (config.json, tokenizer.json, safetensors), or one GGUF
        file.
      </p>
      <label>
        Files <input type="file" multiple disabled={isBusy} onChange={pick} />
      </label>
      <label>
        Folder <input type="file" {...FOLDER} disabled={isBusy} onChange={pick} />
      </label>
    </div>
  );
}

/** Not in React's types. */
const FOLDER: Record<string, string> = { webkitdirectory: '' };

/** Chosen files as a model; null if there are none. */
export function sourceOfFiles(list: readonly File[]): ModelSource | null {
  const [first] = list;
  if (!first) return null;
  const folder = first.webkitRelativePath.split('/')[0];
  const gguf = list.find((file) => file.name.endsWith('.gguf'));
  const title = folder || (gguf?.name ?? 'local files');
  return { kind: 'files', title, files: new Map<string, Blob>(list.map((file) => [file.name, file])) };
}
