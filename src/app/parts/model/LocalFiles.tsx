/** A model from disk: a Hugging Face folder, its files, or one GGUF file. */
import { FileButton } from '../../../ui/FileButton';
import { openLensFile } from '../../actions/jacobian';
import { openModel } from '../../actions/model';
import { useLoci } from '../../context';
import { lensFileOf, sourceOfFiles } from './localSource';

export function LocalFiles({ isBusy }: { readonly isBusy: boolean }) {
  const loci = useLoci();
  const pick = (files: readonly File[]) => {
    if (files.some(({ name }) => name.endsWith('.onnx')))
      return void import('../../actions/net').then(({ takeFiles }) => takeFiles(loci, files));
    const lens = lensFileOf(files);
    if (lens) return void openLensFile(loci, lens);
    const source = sourceOfFiles(files);
    if (source) void openModel(loci, source);
  };
  return (
    <div className="model-files">
      <p className="small muted">
        Or drop a model anywhere on this page: a folder or its files (config.json, tokenizer.json, safetensors
        or pytorch_model.bin), one GGUF file, or a net of pictures as an ONNX file, with
        preprocessor_config.json and config.json if there are such.
      </p>
      <div className="model-buttons">
        <FileButton label="Choose files" multiple disabled={isBusy} onFiles={pick} />
        <FileButton label="Choose a folder" multiple disabled={isBusy} {...FOLDER} onFiles={pick} />
      </div>
    </div>
  );
}

/** Missing in React's types. */
const FOLDER: Record<string, string> = { webkitdirectory: '' };
