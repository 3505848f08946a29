/**
 * Old documents stay readable for ever: step i turns a document of version i + 1 into one of version i + 2.
 * A step is pure, works on JSON, and never changes once it is released.
 */
export interface Migration {
  readonly from: number;
  readonly to: number;
  readonly migrate: (json: Record<string, unknown>) => Record<string, unknown>;
}

/** Empty while there is one version only. */
export const migrations: readonly Migration[] = [];

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
