/** A model from disk: a Hugging Face folder, its files, or one GGUF file. */
import type { ChangeEvent } from 'react';
import { openModel } from '../../actions/model';
import { useLoci } from '../../context';
import { sourceOfFiles } from './localSource';

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
        Or drop a model anywhere on this page: a folder or its files (config.json, tokenizer.json, safetensors
        or pytorch_model.bin), or one GGUF file.
      </p>
      <div className="model-buttons">
        <Chooser label="Choose files" isBusy={isBusy} onChange={pick} />
        <Chooser label="Choose a folder" isBusy={isBusy} more={FOLDER} onChange={pick} />
      </div>
    </div>
  );
}

interface ChooserProps {
  readonly label: string;
  readonly isBusy: boolean;
  readonly more?: Record<string, string>;
  readonly onChange: (event: ChangeEvent<HTMLInputElement>) => void;
}

/** The browser's file dialog behind our button. */
function Chooser({ label, isBusy, more, onChange }: ChooserProps) {
  return (
    <label className={isBusy ? 'button file-button is-disabled' : 'button file-button'}>
      {label}
      <input type="file" multiple disabled={isBusy} {...more} onChange={onChange} />
    </label>
  );
}

/** Missing in React's types. */
const FOLDER: Record<string, string> = { webkitdirectory: '' };
