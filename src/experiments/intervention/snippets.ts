/** Code in a spec: it never runs before the user has seen it. */

/** The WGSL snippets of any spec, in order. */
export function snippetsOf(spec: Readonly<Record<string, unknown>>): string[] {
  const edits = Array.isArray(spec.edits) ? (spec.edits as { readonly code?: unknown }[]) : [];
  return edits.flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
}
