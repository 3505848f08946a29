/** Where the brush paints, and what it sets: the picture to its mean colour, or units to a number. */
import { NumberField } from '../../../ui/NumberField';
import { SelectField } from '../../../ui/SelectField';
import { TextField } from '../../../ui/TextField';
import { brushOf, paintable, setBrush } from '../../actions/netAnswer';
import { useLoci, useNet } from '../../context';

export function BrushTools() {
  const loci = useLoci();
  const state = useNet((net) => net);
  const { open } = state;
  const brush = state.brush ?? brushOf(state);
  if (!open || !brush) return null;
  const sites = paintable(open);
  const isInput = brush.site === open.spec.sites[0]!.name;
  const change = (part: {
    readonly site?: string;
    readonly channels?: readonly number[] | null;
    readonly value?: number;
  }) =>
    setBrush(loci, {
      site: part.site ?? brush.site,
      channels: part.channels === undefined ? brush.channels : part.channels,
      value: part.value ?? brush.values[0] ?? 0,
    });
  return (
    <details className="small brush-tools" data-testid="brush-tools">
      <summary className="muted">What the paint does</summary>
      <div className="options-entry">
        <SelectField
          label="Paint over"
          value={brush.site}
          choices={sites.map((site, i) => [site, i === 0 && isInputSite(site) ? 'the picture' : site])}
          onChange={(site) => change({ site, channels: null, value: 0 })}
        />
        {isInput ? (
          <p className="muted">Painted places get the picture’s mean colour.</p>
        ) : (
          <>
            <TextField
              label="Units (empty: all)"
              placeholder="12, 40"
              value={(brush.channels ?? []).join(', ')}
              onChange={(text) => change({ channels: unitsIn(text) })}
            />
            <NumberField
              label="become"
              step="any"
              min={-1000}
              max={1000}
              value={brush.values[0] ?? 0}
              onChange={(value) => change({ value })}
            />
          </>
        )}
      </div>
    </details>
  );

  function isInputSite(site: string): boolean {
    return site === open!.spec.sites[0]!.name;
  }
}

/** null: all. */
function unitsIn(text: string): readonly number[] | null {
  const numbers = (text.match(/\d+/g) ?? []).map(Number);
  return numbers.length === 0 ? null : [...new Set(numbers)];
}
