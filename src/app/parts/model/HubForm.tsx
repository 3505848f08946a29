/** A model by its hub id: what it would cost is shown before anything large is fetched. */
import { type ReactNode, useId, useState } from 'react';
import type { ModelSource } from '../../../engine/api';
import { previewModel } from '../../actions/model';
import { useLoci } from '../../context';
import { hubBase, rememberHubBase } from '../../hubBase';

export interface HubFormProps {
  readonly isBusy: boolean;
  /** What came of the look-up: right below the id, before what is rarely needed. */
  readonly children: ReactNode;
}

export function HubForm({ isBusy, children }: HubFormProps) {
  const loci = useLoci();
  const formId = useId();
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
  const field = { form: formId };
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
        <label className="labelled">
          <span>Model on the Hugging Face hub</span>
          <input
            className="field"
            placeholder="HuggingFaceTB/SmolLM2-135M"
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="none"
            value={id}
            onChange={(event) => setId(event.target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={isBusy || id.trim() === ''}>
          Look it up
        </button>
      </form>
      {children}
      <details className="small" open={isWide} onToggle={(event) => setWide(event.currentTarget.open)}>
        <summary className="muted">Revision, GGUF file, mirror, token</summary>
        <div className="model-hub-more">
          <p className="muted">A revision follows the id: gpt2@e7da7f2.</p>
          <Field
            {...field}
            label="GGUF file in the repository"
            placeholder="model-q8_0.gguf"
            value={file}
            onChange={setFile}
          />
          <Field
            {...field}
            label="Mirror or private host"
            placeholder="https://huggingface.co"
            value={base}
            onChange={setBase}
          />
          <Field
            {...field}
            label="Access token (kept in memory only)"
            placeholder="hf_…"
            type="password"
            value={token}
            onChange={setToken}
          />
        </div>
      </details>
    </>
  );
}

interface FieldProps {
  /** The form that Enter submits. */
  readonly form: string;
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly type?: 'text' | 'password';
  readonly onChange: (value: string) => void;
}

function Field({ form, label, placeholder, value, type = 'text', onChange }: FieldProps) {
  return (
    <label className="labelled">
      <span>{label}</span>
      <input
        className="field"
        form={form}
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
