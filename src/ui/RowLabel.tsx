/** A row's name in a heatmap; the subject's tokens are marked. */
import type { HeatmapRowLabel } from './heatmapProps';

export function RowLabel({ label }: { readonly label: HeatmapRowLabel }) {
  return (
    <>
      <span className={label.marked ? 'token-text subject' : 'token-text'}>{label.text}</span>
      {label.marked && <span aria-hidden="true">*</span>}
    </>
  );
}
