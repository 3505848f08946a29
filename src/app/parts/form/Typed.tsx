/** Text, numbers and lines as typed; an empty field means the default. */
import { useId, useState } from 'react';
import type { TracedToken } from '../../../experiments/common/spec';
import { messageOf } from '../../latest';
import { numbersOf, numbersOfFile } from './numbersOf';
import type { FieldProps, Of } from './fieldProps';

export function Typed({ option, value, onChange }: FieldProps<Of<'text' | 'noise' | 'numbers'>>) {
  const id = useId();
  const [problem, setProblem] = useState<string | null>(null);
  /** Counts files, to remount the field with a file's content. */
  const [files, setFiles] = useState(0);
  const isNumbers = option.kind === 'numbers';
  // A resolved token is an object, perhaps without its text.
  const token = value && typeof value === 'object' && 'id' in value ? (value as TracedToken) : null;
  const written = Array.isArray(value) ? value.join(', ') : `${(token ? token.typed : value) ?? ''}`;
  const take = (typed: string) => {
    try {
      setProblem(null);
      onChange(typed.trim() === '' ? undefined : isNumbers ? numbersOf(typed) : typed);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const takeFile = async (file: File) => {
    try {
      setProblem(null);
      onChange(await numbersOfFile(file));
      setFiles(files + 1);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <div className="labelled">
      <label htmlFor={id}>{option.label}</label>
      <input
        id={id}
        className="field"
        key={`file ${files}`}
        defaultValue={written}
        placeholder={isNumbers ? 'numbers, separated by commas' : token ? `token ${token.id}` : 'default'}
        spellCheck={false}
        aria-invalid={problem !== null || undefined}
        onChange={(event) => take(event.target.value)}
      />
      {isNumbers && option.isFile && (
        <input
          type="file"
          className="small"
          accept=".npy,.txt,.csv,.json"
          title="NumPy's .npy, or text"
          aria-label={`${option.label}: file`}
          onChange={({ target }) => {
            const file = target.files?.[0];
            if (file) void takeFile(file);
          }}
        />
      )}
      {problem && (
        <p className="error small" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

export function Lines({ option, value, onChange }: FieldProps<Of<'lines'>>) {
  const id = useId();
  // A resolved prompt is an object with its tokens.
  const texts = Array.isArray(value)
    ? value.map((line) => (typeof line === 'string' ? line : `${line?.prompt ?? ''}`))
    : [];
  return (
    <div className="labelled">
      <label htmlFor={id}>{option.label}</label>
      <textarea
        id={id}
        className="field"
        rows={3}
        defaultValue={texts.join('\n')}
        placeholder={option.example}
        spellCheck={false}
        onChange={({ target }) => {
          const lines = target.value.split('\n').filter((line) => line.trim() !== '');
          onChange(lines.length === 0 ? undefined : lines);
        }}
      />
    </div>
  );
}
