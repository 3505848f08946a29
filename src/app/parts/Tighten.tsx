/** A button that draws more noise for one number, with its cost and result. */
import { useEffect, useState } from 'react';
import type { TightenRequest } from '../../engine/api';
import { canTighten, tightenedAt, tightenedText } from '../../results/tightened';
import { Button } from '../../ui/Button';
import { about } from '../../ui/format';
import { tighten } from '../actions/run';
import { useLoci, useStatus } from '../context';
import type { Finding } from '../stores/session';
import { capitalised } from '../../util/capitalised';

export interface TightenProps {
  readonly finding: Finding;
  readonly at: TightenRequest['targets'][number];
  /** The number, e.g. 'the corrupted level'. */
  readonly what: string;
  /** Shows the button; results are always shown. */
  readonly offered?: boolean;
}

export function Tighten({ finding, at, what, offered = true }: TightenProps) {
  const loci = useLoci();
  const { document, partial } = finding;
  const isOpen = useStatus(({ model }) => model?.sha256 === document.model.sha256);
  const isBusy = useStatus(({ run }) => run !== null);
  const told = tightenedAt(document, at);
  const isOffered = offered && told === null && isOpen && !partial && canTighten(document, at);
  const [seconds, setSeconds] = useState<number | null>(null);
  const key = JSON.stringify(at);
  useEffect(() => {
    if (!isOffered) return;
    let isLate = false;
    loci.engine.estimateTighten({ document, targets: [JSON.parse(key)] }).then(
      (cost) => {
        if (!isLate) setSeconds(cost.seconds);
      },
      () => undefined,
    );
    return () => {
      isLate = true;
    };
  }, [loci, document, isOffered, key]);
  if (!told && !isOffered) return null;
  return (
    <p className="small tighten" data-testid="tighten">
      {told && <span data-testid="tightened">{capitalised(tightenedText(document, told))}. </span>}
      {isOffered && (
        <Button
          look="link"
          disabled={isBusy}
          title={`Up to 300 noise draws of ${what} only`}
          onClick={() => void tighten(loci, at)}
        >
          Tighten {what}
          {seconds !== null && ` (at most 300 draws, ${about(seconds)})`}
        </Button>
      )}
    </p>
  );
}
