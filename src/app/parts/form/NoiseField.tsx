/** The size of noise, and what a multiple of sigma is for the open model. */
import { resolveNoise, sigmaSource } from '../../../experiments/common/noise';
import { noiseSizeText } from '../../../results/choicesText';
import { useStatus } from '../../context';
import type { FieldProps, Of } from './fieldProps';
import { Typed } from './Typed';

export function NoiseField(props: FieldProps<Of<'noise'>>) {
  const sigma = useStatus((state) => state.model?.sigma);
  return (
    <>
      <Typed {...props} />
      <p className="small muted" data-testid="noise-size">
        {sigma && sizeOf(`${props.value}`, sigma)}
      </p>
    </>
  );
}

/** '3 sigma = 0.41, measured on 200 names'; null if the size is a number or unreadable. */
function sizeOf(rule: string, sigma: Parameters<typeof resolveNoise>[1]): string | null {
  try {
    const noise = resolveNoise({ noise: rule }, sigma);
    return /^s/i.test(noise.rule)
      ? noiseSizeText(noise.factor, noise.sigma, sigmaSource(noise.measuredOn))
      : null;
  } catch {
    return null;
  }
}
