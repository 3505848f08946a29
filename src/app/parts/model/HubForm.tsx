/** A model by its hub id: what it would cost is shown before anything large is fetched. */
import { useState } from 'react';
import type { ModelSource } from '../../../engine/api';
import { previewModel } from '../../actions/model';
import { useLoci } from '../../context';
import { hubBase, rememberHubBase } from '../../hubBase';

export function HubForm({ isBusy }: { readonly isBusy: boolean }) {
  const loci = useLoci();
  const [id, setId] = useState('');
  const [file, setFile] = useState('');
  const [base, setBase] = useState(hubBase);
  // In memory only: a token is never stored, and leaves this page for the hub alone.
  const [token, setToken] = useState('');
  const [isWide, setWide] = useState(base !== '');
  const submit = () => {
    const [name = '', revision] = id.trim().split('@');
    if (name === '') return;
    rememberHubBase(base.trim());
    const source: ModelSource = {
      kind: 'hub',
      id: name,
      ...(revision ? { revision } : {}),
      ...(base.trim() ? { base: base.trim() } : {}),
      ...(token.trim() ? { token: token.trim() } : {}),
      ...(file.trim() ? { file: file.trim() } : {}),
    };
    void previewModel(loci, source);
  };
  return (
    <form
      className="model-hub"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label className="labelled">
        <span>Model on the Hugging Face hub</span>
        <input
          className="field"
          placeholder="HuggingFaceTB/SmolLM2-135M"
          spellCheck={false}
          autoComplete="off"
          value={id}
          onChange={(event) => setId(event.target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={isBusy || id.trim() === ''}>
        Look it up
      </button>
      <details className="wide small" open={isWide} onToggle={(event) => setWide(event.currentTarget.open)}>
        <summary>Revision, GGUF file, mirror, token</summary>
        <div className="model-hub-more">
          <p className="muted">A revision follows the id: gpt2@e7da7f2.</p>
          <Field
            label="GGUF file in the repository"
            placeholder="model-q8_0.gguf"
            value={file}
            onChange={setFile}
          />
          <Field
            label="Mirror or private host"
            placeholder="https://huggingface.co"
            value={base}
            onChange={setBase}
          />
          <Field
            label="Access token (kept in memory only)"
            placeholder="hf_…"
            type="password"
            value={token}
            onChange={setToken}
          />
        </div>
      </details>
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly type?: 'text' | 'password';
  readonly onChange: (value: string) => void;
}

function Field({ label, placeholder, value, type = 'text', onChange }: FieldProps) {
  return (
    <label className="labelled">
      <span>{label}</span>
      <input
        className="field"
        type={type}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
