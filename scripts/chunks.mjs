/**
 * The chunks of a first visit: what the page loads at once, and what it shares with an embedded
 * finding. Without this the second page splits the first load into eighty small files.
 */

const PAGE = '/src/app/main.tsx';
const EMBED = '/src/app/embed/main.ts';

/** Names a module's chunk; null leaves it to the bundler. `root`: the project's folder. */
export function firstChunks(root) {
  let reached = null;
  return (id, context) => {
    reached ??= { page: reachable(root + PAGE, context), embed: reachable(root + EMBED, context) };
    // The entry awaits chunks that import from these: in one of them it would wait for itself.
    if (!reached.page.has(id) || id === root + PAGE) return null;
    return reached.embed.has(id) ? 'shared' : 'page';
  };
}

function reachable(entry, context) {
  const found = new Set();
  const visit = (id) => {
    if (found.has(id)) return;
    found.add(id);
    for (const next of context.getModuleInfo(id)?.importedIds ?? []) visit(next);
  };
  visit(entry);
  return found;
}
