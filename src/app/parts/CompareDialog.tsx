/** Compares two findings of this visit. */
import { useEffect, useRef } from 'react';
import type { FigureView } from '../../panels/figure/select';
import { Triples } from '../../panels/compare/Triples';
import { Button } from '../../ui/Button';
import { LinkButton } from '../../ui/LinkButton';
import { useView } from '../context';
import { fileStem } from '../../util/code/fileName';
import { download } from '../download';
import type { Finding } from '../stores/session';

interface Props {
  readonly a: Finding;
  readonly b: Finding;
  readonly nameOf: (finding: Finding) => string;
  readonly onSwap: () => void;
  readonly onClose: () => void;
}

export function CompareDialog({ a, b, nameOf, onSwap, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const theme = useView((state) => state.theme);
  useEffect(() => dialog.current!.showModal(), []);
  const save = async (view: FigureView) => {
    const { figureSvg } = await import('../../panels/figure/svg');
    const svg = figureSvg(view, `${nameOf(a)} − ${nameOf(b)}`);
    download(`loci-${fileStem(view.figure.name, 'figure')}.svg`, new Blob([svg], { type: 'image/svg+xml' }));
  };
  return (
    <dialog
      ref={dialog}
      className="dialog compare-dialog"
      aria-labelledby="compare-title"
      data-testid="compare-findings"
      onClose={onClose}
    >
      <form method="dialog">
        <h2 id="compare-title">A − B</h2>
        <div className="compare-sides small">
          <p>
            <strong>A</strong> {nameOf(a)}
          </p>
          <p>
            <strong>B</strong> {nameOf(b)}
          </p>
          <LinkButton onClick={onSwap}>Swap A and B</LinkButton>
        </div>
        <Triples a={a.document} b={b.document} theme={theme} onSave={save} />
        <Button look="quiet" type="submit">
          Close
        </Button>
      </form>
    </dialog>
  );
}
