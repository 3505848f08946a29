/** Tolerated problems in a model's files, one sentence each. */
export function Notes({ notes }: { readonly notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul className="model-notes small muted" aria-label="Notes on this model" data-testid="model-notes">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}
