import type { Loci } from '../loci';

/** Reads the texts of tokens that the edits name. */
export async function nameTokens(loci: Loci): Promise<void> {
  const { changes, names } = loci.edits.getState();
  const ids = changes.flatMap((change) => {
    const source = 'edit' in change ? change.edit.source : undefined;
    return source?.kind === 'unembedding'
      ? [source.towards, source.away].flatMap((token) => token?.id ?? [])
      : [];
  });
  const missing = ids.filter((id) => names[id] === undefined);
  if (missing.length === 0) return;
  const read = await Promise.all(missing.map(async (id) => [id, await loci.engine.decode([id])] as const));
  loci.edits.setState(({ names: known }) => ({ names: { ...known, ...Object.fromEntries(read) } }));
}
