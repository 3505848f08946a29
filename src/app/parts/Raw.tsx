/** The raw document. */
import { useState } from 'react';
import { documentToText } from '../../share/file';
import type { Finding } from '../stores/session';

export function Raw({ finding }: { readonly finding: Finding }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Raw document</summary>
      {open && <pre className="small">{documentToText(finding.document)}</pre>}
    </details>
  );
}
