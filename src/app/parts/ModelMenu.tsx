/** Which model is open; another from the hub or from files; verification against the reference. */
import { useState, type ChangeEvent, type DragEvent } from 'react';
import type { ModelSource } from '../../engine/api';
import { scientific } from '../../results/format';
import { count, megabytes } from '../../ui/format';
import { EMBEDDED } from '../actions/boot';
import { openModel, verifyModel } from '../actions/model';
import { useLoci, useStatus } from '../context';
import { filesOfDrop } from '../drop';
import { Menu } from './Menu';

export function ModelMenu() {
  const loci = useLoci();
  const [open, setOpen] = useState(false);
  const [hubId, setHubId] = useState('');
  const [base, setBase] = useState('');
  const model = useStatus((state) => state.model);
  const error = useStatus((state) => state.openError);
  const phase = useStatus((state) => state.phase);
  const busy = phase === 'loading' || phase === 'running' || phase === 'recovering';

  const start = (source: ModelSource) => void openModel(loci, source);
  const startFiles = (list: readonly File[]) => {
    const files = new Map<string, Blob>(list.map((file) => [file.name, file]));
    if (files.size > 0) start({ kind: 'files', title: titleOf(list), files });
  };
  const pick = (event: ChangeEvent<HTMLInputElement>) => {
    startFiles([...(event.target.files ?? [])]);
    event.target.value = '';
  };
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    if (!busy) startFiles(await filesOfDrop(event.dataTransfer));
  };

  return (
    <Menu
      testId="model-menu"
      open={open}
      onOpen={setOpen}
      label={
        <>
          {model?.title ?? 'Atlas'}
          {error && <span className="error"> (problem)</span>}
        </>
      }
    >
      <div
        role="group"
        aria-label="Model"
        className="model"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => void drop(event)}
      >
        {error && (
          <p className="error" role="alert">
            {error}
          </p>
        )}
        {model && (
          <dl className="pairs small">
            <dt>Parameters</dt>
            <dd>
              {count(model.parameters)} ({megabytes(model.bytes)})
            </dd>
            <dt>Shape</dt>
            <dd>
              {model.spec.nLayers} layers, {model.spec.nHeads} heads, {model.spec.dModel} wide
            </dd>
            <dt>One sigma</dt>
            <dd>
              {model.sigma
                ? `${model.sigma.value.toPrecision(3)}, ${model.sigma.rule}`
                : 'not given by the model'}
            </dd>
            <dt>Revision</dt>
            <dd>{model.revision}</dd>
            <dt>SHA-256</dt>
            <dd>
              <code title={model.sha256}>{model.sha256.slice(0, 12)}</code>
            </dd>
          </dl>
        )}
        <Verify disabled={!model || busy} />
        <hr />
        <form
          className="model-hub"
          onSubmit={(event) => {
            event.preventDefault();
            const id = hubId.trim();
            if (id) start({ kind: 'hub', id, ...(base.trim() ? { base: base.trim() } : {}) });
          }}
        >
          <label className="labelled">
            <span>Model of the GPT-2 family on the Hugging Face hub</span>
            <input
              className="field"
              placeholder="openai-community/gpt2"
              value={hubId}
              onChange={(event) => setHubId(event.target.value)}
            />
          </label>
          <button type="submit" className="button" disabled={busy || hubId.trim() === ''}>
            Open
          </button>
          <label className="labelled wide">
            <span>Mirror (optional)</span>
            <input
              className="field"
              placeholder="https://huggingface.co"
              value={base}
              onChange={(event) => setBase(event.target.value)}
            />
          </label>
          <p className="small muted wide">Downloads the weight file as it is: 548 MB for GPT-2 small.</p>
        </form>
        <p className="small muted">
          Or drop a folder here, or its files: config.json, model.safetensors, tokenizer.json.
        </p>
        <div className="model-files">
          <label>
            Files <input type="file" multiple disabled={busy} onChange={pick} />
          </label>
          <label>
            Folder <input type="file" {...FOLDER} disabled={busy} onChange={pick} />
          </label>
        </div>
        {model && model.id !== 'atlas' && (
          <button type="button" className="button" disabled={busy} onClick={() => start(EMBEDDED)}>
            Back to Atlas
          </button>
        )}
      </div>
    </Menu>
  );
}

function Verify({ disabled }: { readonly disabled: boolean }) {
  const loci = useLoci();
  const verified = useStatus((state) => state.verified);
  const missing = useStatus((state) => state.gpuMissing);
  return (
    <div className="model-verify">
      <button
        type="button"
        className="button"
        disabled={disabled || missing !== null || verified?.state === 'running'}
        onClick={() => void verifyModel(loci)}
      >
        Verify on this prompt
      </button>
      <span className="small muted" aria-live="polite">
        {verified?.state === 'running' && 'Comparing with the float64 reference'}
        {verified?.state === 'done' &&
          `${verified.sites} hook sites; largest error ${scientific(verified.relative)} of a tensor’s largest value, at ${verified.site}`}
        {verified?.state === 'failed' && verified.message}
      </span>
    </div>
  );
}

/** Not in React's types. */
const FOLDER: Record<string, string> = { webkitdirectory: '' };

function titleOf(list: readonly File[]): string {
  const folder = list[0]!.webkitRelativePath.split('/')[0];
  return folder || 'local files';
}
