/** Progress of opening a model, with a way to stop. */
import { Button } from '../../../ui/Button';
import { duration, byteCount } from '../../../ui/format';
import { cancelOpening } from '../../actions/model';
import { useLoci, useStatus } from '../../context';
import { capitalised } from '../../../util/capitalised';

export function Opening() {
  const loci = useLoci();
  const opening = useStatus((state) => state.opening);
  if (!opening) return null;
  const { loadedBytes, totalBytes, bytesPerSecond, secondsLeft, doing } = opening;
  const parts = [
    totalBytes === null ? byteCount(loadedBytes) : `${byteCount(loadedBytes)} of ${byteCount(totalBytes)}`,
    ...(bytesPerSecond === undefined ? [] : [`${byteCount(bytesPerSecond)}/s`]),
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
  ];
  return (
    <div className="model-opening" data-testid="opening">
      <p className="small">
        {capitalised(doing)}: {parts.join(', ')}
      </p>
      <progress {...(totalBytes ? { value: loadedBytes / totalBytes } : {})} aria-label="Opening the model" />
      <Button onClick={() => void cancelOpening(loci)}>Cancel</Button>
    </div>
  );
}
