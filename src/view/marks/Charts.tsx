/** Small multiples of any mark; loaded for the first that is not a heatmap. */
import { MARKS } from './marks';
import { Multiples, type MultiplesProps } from './Multiples';
import type { MarkName } from './traits';

export default function Charts({
  name,
  ...rest
}: { readonly name: MarkName } & Omit<MultiplesProps, 'mark'>) {
  return <Multiples mark={MARKS[name]} {...rest} />;
}
