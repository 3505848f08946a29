/** Small multiples of a mark by name. Heatmaps are always loaded, others on demand. */
import { lazy, Suspense } from 'react';
import { heatmapScene } from './heatmap';
import type { Mark } from './mark';
import { Multiples, type MultiplesProps } from './Multiples';
import { type MarkName, TRAITS } from './traits';

const Charts = lazy(() => import('./Charts'));

export const heatmap: Mark = { ...TRAITS.heatmap, scene: ([data], frame) => heatmapScene(data!, frame) };

export function MarkPicture({ name, ...rest }: { readonly name: MarkName } & Omit<MultiplesProps, 'mark'>) {
  if (name === 'heatmap') return <Multiples mark={heatmap} {...rest} />;
  return (
    <Suspense fallback={<div className="multiples waiting" />}>
      <Charts name={name} {...rest} />
    </Suspense>
  );
}
