/** Compares two findings of this visit. */
import { useMemo, useState } from 'react';
import { Triples } from '../../panels/compare/Triples';
import { Dialog } from '../../ui/Dialog';
import { LinkButton } from '../../ui/LinkButton';
import { comparisonOf } from '../actions/share';
import { useView } from '../context';
import { saveFigure } from '../saveFigure';
import type { Finding } from '../stores/session';

interface Props {
  readonly a: Finding;
  readonly b: Finding;
  readonly nameOf: (finding: Finding) => string;
  readonly onSwap: () => void;
  readonly onClose: () => void;
}

export function CompareDialog({ a, b, nameOf, onSwap, onClose }: Props) {
  const theme = useView((state) => state.theme);
  const link = useMemo(() => comparisonOf(a, b), [a, b]);
  const [copied, setCopied] = useState<'yes' | 'refused' | null>(null);
  return (
    <Dialog title="A − B" className="compare-dialog" testId="compare-findings" onClose={onClose}>
      <div className="compare-sides small">
        <p>
          <strong>A</strong> {nameOf(a)}
        </p>
        <p>
          <strong>B</strong> {nameOf(b)}
        </p>
        <p>
          <LinkButton onClick={onSwap}>Swap A and B</LinkButton>
          {link !== null && (
            <LinkButton
              onClick={() =>
                void navigator.clipboard.writeText(new URL(link, location.href).href).then(
                  () => setCopied('yes'),
                  () => setCopied('refused'),
                )
              }
            >
              {copied === 'yes' ? 'Link copied' : 'Copy link'}
            </LinkButton>
          )}
          {copied === 'refused' && (
            <span className="muted" role="status">
              The browser does not let the page copy: the address of this page is the link.
            </span>
          )}
        </p>
        {link === null && (
          <p className="muted" data-testid="compare-unaddressed">
            The two together are too large for a link: the address holds A alone.
          </p>
        )}
      </div>
      <Triples
        a={a.document}
        b={b.document}
        theme={theme}
        onSave={(view, format) => saveFigure(view, format, `${nameOf(a)} − ${nameOf(b)}`)}
      />
    </Dialog>
  );
}
