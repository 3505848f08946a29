/**
 * Old documents stay readable for ever: step i turns a document of version i + 1 into one of version i + 2.
 * A step is pure, works on JSON, and never changes once it is released.
 */
export interface Migration {
  readonly from: number;
  readonly to: number;
  readonly migrate: (json: Record<string, unknown>) => Record<string, unknown>;
}

export const migrations: readonly Migration[] = [{ from: 1, to: 2, migrate: withoutIntervals }];

/**
 * Version 1 had a t interval of the metric at every number. Of p it covers about half of what it says, so none is kept:
 * the means are as they were, and the finding can be run again.
 */
function withoutIntervals(json: Record<string, unknown>): Record<string, unknown> {
  type Fields = Record<string, unknown>;
  const isObject = (value: unknown): value is Fields =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const without = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    const { interval: _, ...rest } = value;
    return rest;
  };
  const kind = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    const { interval: _, groups, peak, ...rest } = value;
    return {
      ...rest,
      groups: Array.isArray(groups) ? groups.map(without) : groups,
      peak: isObject(peak) ? { ...(without(peak) as Fields), overNoise: null } : peak,
    };
  };
  const { corruption } = isObject(json.spec) ? json.spec : {};
  const isNoise = isObject(corruption) && corruption.type === 'noise';
  return {
    ...json,
    corrupted: without(json.corrupted),
    kinds: isObject(json.kinds)
      ? Object.fromEntries(Object.entries(json.kinds).map(([name, value]) => [name, kind(value)]))
      : json.kinds,
    intervals: {
      varies: isNoise ? 'noise' : 'nothing',
      draws: isNoise ? corruption.samples : 1,
      rule: 'none',
      hatching: 'none',
      ...(isNoise && {
        notes: [
          'An earlier version of Loci made this, with other rules for intervals. They are left out; run it again for new ones.',
        ],
      }),
    },
  };
}

/** Throws unless the steps lead from version 1 to `current` without a gap. */
export function assertContiguous(steps: readonly Migration[], current: number): void {
  const versions = [1, ...steps.map((step) => step.to)];
  const broken = steps.findIndex((step, i) => step.from !== versions[i] || step.to !== step.from + 1);
  if (broken >= 0 || versions.at(-1) !== current) {
    const got = steps.map((step) => `${step.from}->${step.to}`).join(', ') || 'none';
    throw new Error(`internal: migrations have a gap, got ${got}, expected every step from 1 to ${current}.`);
  }
}

/** Lifts `json` from `version` to `current`. */
export function migrate(
  json: Record<string, unknown>,
  version: number,
  current: number,
  steps: readonly Migration[] = migrations,
): Record<string, unknown> {
  assertContiguous(steps, current);
  return steps
    .slice(version - 1)
    .reduce((document, step) => ({ ...step.migrate(document), version: step.to }), json);
}
