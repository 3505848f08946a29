/** The browser's file dialog behind our button. */
import type { ComponentProps } from 'react';

interface FileButtonProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly onFiles: (files: readonly File[]) => void;
}

export function FileButton({ label, onFiles, className = 'button', ...input }: FileButtonProps) {
  return (
    <label className={`file-button ${className}`}>
      {label}
      <input
        type="file"
        className="visually-hidden"
        {...input}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          // The same file can be chosen again.
          target.value = '';
          onFiles(files);
        }}
      />
    </label>
  );
}
