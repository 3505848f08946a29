/** Code that a spec carries: it never runs before somebody has seen it. */

/** The WGSL snippets in any spec, in order; [] for most. */
export function snippetsOf(spec: Readonly<Record<string, unknown>>): string[] {
  const edits = Array.isArray(spec.edits) ? (spec.edits as { readonly code?: unknown }[]) : [];
  return edits.flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
}
