/** Compares two findings of this visit. */
import { Triples } from '../../panels/compare/Triples';
import { Dialog } from '../../ui/Dialog';
import { LinkButton } from '../../ui/LinkButton';
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
  return (
    <Dialog title="A − B" className="compare-dialog" testId="compare-findings" onClose={onClose}>
      <div className="compare-sides small">
        <p>
          <strong>A</strong> {nameOf(a)}
        </p>
        <p>
          <strong>B</strong> {nameOf(b)}
        </p>
        <LinkButton onClick={onSwap}>Swap A and B</LinkButton>
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
