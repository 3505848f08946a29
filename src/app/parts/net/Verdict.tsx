/** How far the net's answer is from that of its untouched file. */
import type { NetVerification } from '../../../engine/net/api';
import { scientific } from '../../../results/format';

export function Verdict({ of: { against, bar, relative } }: { readonly of: NetVerification }) {
  const isGood = relative <= bar;
  return (
    <>
      <span className={isGood ? 'verdict good' : 'verdict bad'}>{isGood ? 'Verified' : 'Not verified'}</span>{' '}
      against {against}: largest difference {scientific(relative)} of the largest value (limit{' '}
      {scientific(bar)})
    </>
  );
}
