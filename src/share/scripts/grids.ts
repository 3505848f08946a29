/** Grids in scripts: the hook, and the axes swept. */
import { GRIDS, type GridName } from '../../experiments/common/grids';
import { joined, type Python, python } from '../../util/code/python';

/** Axes of a value after the batch axis, as far as grids sweep them. */
function layoutOf(site: string): readonly string[] {
  if (site === 'attn.hook_pattern') return ['head', 'destination', 'source'];
  if (site === 'mlp.hook_post') return ['position', 'neuron'];
  return site.startsWith('attn.') ? ['position', 'head'] : ['position'];
}

/** The hook below 'blocks.N.'. */
export function siteOf(name: GridName): string {
  // All supported families are pre-norm, so a grid's site has its own name.
  return name.startsWith('resid_post')
    ? 'hook_resid_post'
    : GRIDS[name].site(PRE_NORM, 0).replace('blocks.0.', '');
}

/** Grids need only the norm's placement. */
const PRE_NORM = { placement: 'pre' } as Parameters<(typeof GRIDS)[GridName]['site']>[0];

/** `variable` = {figure: (hook, swept axes)}, and `LAYOUT`. */
export function gridConstants(variable: Python, names: readonly GridName[]): Python[] {
  const sites = [...new Set(names.map(siteOf))];
  const rows = names.map((name) => {
    const axes: readonly string[] = GRIDS[name].axes.filter((axis) => axis !== 'layer');
    const tuple = axes.length === 1 ? python`(${axes[0]!},)` : python`(${listed(axes)})`;
    return python`    ${name}: (${siteOf(name)}, ${tuple}),\n`;
  });
  const layouts = sites.map((site) => python`    ${site}: ${layoutOf(site)},\n`);
  return [
    python`${variable} = {  # figure: the activation, and the axes along which one piece after the other is replaced\n${joined(rows, '')}}`,
    python`LAYOUT = {  # axes of an activation behind the batch axis\n${joined(layouts, '')}}`,
  ];
}

const listed = (names: readonly string[]): Python =>
  joined(
    names.map((name) => python`${name}`),
    ', ',
  );
