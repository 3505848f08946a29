/** Beside the model's name: whether another implementation agrees. */
import { scientific } from '../../../results/format';
import { useStatus } from '../../context';

export function VerifiedBadge() {
  const verified = useStatus((state) => state.verified);
  if (verified?.state !== 'done') return null;
  const isGood = verified.relative <= verified.bar;
  return (
    <span
      className={`small verdict ${isGood ? 'good' : 'bad'}`}
      data-testid="verified-badge"
      title={`${verified.sites} hook sites against ${verified.against}; largest difference ${scientific(verified.relative)}, limit ${scientific(verified.bar)}`}
    >
      {isGood ? 'verified' : 'not verified'}
    </span>
  );
}
