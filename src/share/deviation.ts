/** How far a re-run is from a result: largest |difference| per kind and quantity, beside what is to be expected. */
import type { KindResult, TraceDocument, TraceKind } from '../results/document';
import type { Steps } from './pack';
import { sameJson } from './sameJson';

export interface DeviationRow {
  readonly kind: TraceKind;
  readonly quantity: 'effect' | 'restored' | 'p';
  /** Largest |a - b| over the cells and the groups, in the metric's unit. */
  readonly largest: number;
  /** Where; row T + g is group g. */
  readonly row: number;
  readonly layer: number;
  /** The link's step, 0 if the result did not come by link. */
  readonly step: number;
  /** Differences up to this are rounding: of the link (1.5 steps) and of another adapter. */
  readonly tolerance: number;
  readonly isWithin: boolean;
}

export interface Deviation {
  readonly rows: readonly DeviationRow[];
  readonly isWithin: boolean;
}

/** float32 on another adapter: relative to the metric's clean value, at least this in absolute terms for p. */
const ADAPTER_TOLERANCE = 1e-4;

/**
 * Compares two documents of the same question. `steps`: from `readLink`, if `before` came by link.
 * @throws Error if the questions differ or there is no kind in common.
 */
export function deviation(before: TraceDocument, after: TraceDocument, steps: Steps = {}): Deviation {
  if (!sameJson(before.spec, after.spec)) {
    const fields = [...new Set([...Object.keys(before.spec), ...Object.keys(after.spec)])];
    const differing = fields.filter((name) => !sameJson(before.spec[name], after.spec[name]));
    throw new Error(
      `deviation: not the same question, got another ${differing.join(', ')}, expected equal specs.`,
    );
  }
  const kinds = (Object.keys(before.kinds) as TraceKind[]).filter(
    (kind) => before.kinds[kind] && after.kinds[kind],
  );
  if (kinds.length === 0)
    throw new Error('deviation: nothing to compare, got no kind that both results have.');
  const scale = Math.max(1, Math.abs(before.clean.metric), Math.abs(before.corrupted.metric));
  const rows = kinds.flatMap((kind) =>
    compareKind(kind, before.kinds[kind]!, after.kinds[kind]!, steps, scale),
  );
  return { rows, isWithin: rows.every((row) => row.isWithin) };
}

function compareKind(
  kind: TraceKind,
  before: KindResult,
  after: KindResult,
  steps: Steps,
  scale: number,
): DeviationRow[] {
  const quantities = (['effect', 'restored', 'p'] as const).filter((name) => before[name] && after[name]);
  return quantities.map((quantity) => {
    const [a, b] = [rowsOf(before, quantity), rowsOf(after, quantity)];
    let [largest, row, layer] = [0, 0, 0];
    a.forEach((values, t) => {
      values.forEach((value, l) => {
        const other = b[t]?.[l] ?? Number.NaN;
        const difference = Number.isNaN(other) ? Number.POSITIVE_INFINITY : Math.abs(value - other);
        if (difference > largest) [largest, row, layer] = [difference, t, l];
      });
    });
    // Restored values are usually not in a link by themselves: they are corrupted + effect.
    const step = steps[kind]?.[quantity] ?? (quantity === 'restored' ? steps[kind]?.effect : undefined) ?? 0;
    const tolerance = 1.5 * step + ADAPTER_TOLERANCE * (quantity === 'p' ? 1 : scale);
    return { kind, quantity, largest, row, layer, step, tolerance, isWithin: largest <= tolerance };
  });
}

function rowsOf(result: KindResult, quantity: 'effect' | 'restored' | 'p'): readonly (readonly number[])[] {
  if (quantity === 'p') return result.p ?? [];
  return [...result[quantity], ...result.groups.map((group) => group[quantity])];
}
