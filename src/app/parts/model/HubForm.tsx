/** A model by hub id: shows the cost before fetching anything large. */
import { type ReactNode, useId, useState } from 'react';
import type { ModelSource } from '../../../engine/api';
import { Button } from '../../../ui/Button';
import { TextField } from '../../../ui/TextField';
import { previewModel } from '../../actions/model';
import { openNet } from '../../actions/net';
import { useLoci } from '../../context';
import { isPrivate } from '../../../load/fetching';
import { hubBase, rememberHubBase } from '../../hubBase';
import { hubOf, type HubTokens, tokenNote, tokenOf, withToken } from './hubTokens';

export interface HubFormProps {
  readonly isBusy: boolean;
  /** The look-up's result: directly below the id, before rare options. */
  readonly children: ReactNode;
}

export function HubForm({ isBusy, children }: HubFormProps) {
  const loci = useLoci();
  const formId = useId();
  const [id, setId] = useState('');
  const [file, setFile] = useState('');
  const [base, setBase] = useState(hubBase);
  const [tokens, setTokens] = useState<HubTokens>(new Map());
  const [isWide, setWide] = useState(base !== '');
  const hub = hubOf(base);
  const token = tokenOf(tokens, hub);
  const note = tokenNote(tokens, hub);
  const submit = () => {
    const [name = '', revision] = id.trim().split('@');
    if (name === '') return;
    if (hub) rememberHubBase(base.trim());
    const source: ModelSource = {
      kind: 'hub',
      id: name,
      ...(revision ? { revision } : {}),
      ...(base.trim() ? { base: base.trim() } : {}),
      ...(token ? { token } : {}),
      ...(file.trim() ? { file: file.trim() } : {}),
    };
    if (source.file?.endsWith('.onnx')) void openNet(loci, source);
    else void previewModel(loci, source);
  };
  return (
    <>
      <form
        id={formId}
        className="model-hub"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          label="Model on the Hugging Face hub"
          placeholder="HuggingFaceTB/SmolLM2-135M"
          autoCapitalize="none"
          value={id}
          onChange={setId}
        />
        <Button type="submit" disabled={isBusy || id.trim() === ''}>
          Look it up
        </Button>
      </form>
      {children}
      <details className="small" open={isWide} onToggle={(event) => setWide(event.currentTarget.open)}>
        <summary className="muted">Revision, file, mirror, token</summary>
        <div className="model-hub-more">
          <p className="muted">A revision follows the id: gpt2@e7da7f2.</p>
          <TextField
            form={formId}
            label="GGUF or ONNX file in the repository"
            placeholder="model-q8_0.gguf, onnx/model.onnx"
            value={file}
            onChange={setFile}
          />
          <TextField
            form={formId}
            label="Mirror or private host"
            placeholder="https://huggingface.co"
            value={base}
            onChange={setBase}
          />
          <TextField
            form={formId}
            label={`Access token for ${hub?.host ?? 'this hub'} (kept in memory only)`}
            placeholder="hf_…"
            type="password"
            disabled={!hub || !isPrivate(hub)}
            value={token}
            onChange={(typed) => hub && setTokens(withToken(tokens, hub, typed))}
          />
          {note && (
            <p className="small muted" role="status">
              {note}
            </p>
          )}
        </div>
      </details>
    </>
  );
}
