/** --sites: hook sites by name. */
import { resolveSiteName, siteCalled } from '../model/aliases';
import type { Site } from '../model/siteKinds';
import type { ModelSpec } from '../model/spec';

/**
 * 'all', or comma-separated names and aliases; a name without its block selects every block's.
 * `every`: the sites that 'all' means.
 */
export function sitesOf(spec: ModelSpec, asked: string, every: readonly Site[]): string[] {
  const all = every.map(({ name }) => name);
  if (asked === 'all') return all;
  const named = asked.split(',').flatMap((given) => {
    const name = resolveSiteName(spec, given.trim()) ?? given.trim();
    const inBlocks = all.filter((site) => site.replace(/^blocks\.\d+\./, '') === name && site !== name);
    return inBlocks.length > 0 ? inBlocks : [siteCalled(spec, given.trim()).name];
  });
  return [...new Set(named)];
}
