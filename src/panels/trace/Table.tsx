/** A heatmap's numbers as a table, for reading aloud, copying and checking. */
import type { Metric } from '../../results/document';
import { metricValue } from '../../results/format';
import type { RowName } from '../../view/marks/data';
import type { TraceMap } from './select';

export interface TraceTableProps {
  readonly map: TraceMap;
  readonly rows: readonly RowName[];
  readonly metric: Metric;
  readonly caption: string;
}

export function TraceTable({ map, rows, metric, caption }: TraceTableProps) {
  const layers = map.cells[0]?.map((_, layer) => layer) ?? [];
  return (
    <div className="trace-table" data-testid={`table-${map.kind}`}>
      <table>
        <caption>
          {map.title}: {caption}, {map.columnTitle}
        </caption>
        <thead>
          <tr>
            <th scope="col" className="left">
              token
            </th>
            {layers.map((layer) => (
              <th key={layer} scope="col">
                {layer}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {map.cells.map((cells, row) => (
            <tr key={row}>
              <th scope="row">
                {rows[row]!.text}
                {rows[row]!.marked && '*'}
              </th>
              {cells.map((cell, layer) => (
                <td key={layer} className={cell.uncertain ? 'muted' : undefined}>
                  {metricValue(metric, cell.restored)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
