/** The part of a script for a user's own edits, masks and rewrites: one line of Python for each. */
import type { InterventionSpec } from '../../experiments/intervention/spec';
import type { StudyDocument } from '../../results/study';
import { casesFlags, casesText, numbersOf, type PartOf, refuse } from './part';
import body from './python/intervention.py?raw';
import changes from './python/changes.py?raw';
import roles from './python/roles.py?raw';
import { literal } from './template';
import { minOf } from '../../util/lists';

type Edit = InterventionSpec['edits'][number];
type Rows = Edit['rows'];

const SITES = [
  'hook_embed',
  'hook_pos_embed',
  'hook_resid_pre',
  'hook_resid_mid',
  'hook_resid_post',
  'hook_attn_out',
  'hook_mlp_out',
  'hook_mlp_in',
  'attn.hook_q',
  'attn.hook_k',
  'attn.hook_v',
  'attn.hook_z',
  'attn.hook_pattern',
  'mlp.hook_post',
];

export const interventionPart: PartOf = (any, backend) => {
  const document = any as StudyDocument;
  const spec = document.spec as unknown as InterventionSpec;
  const { edits, masks, rewrites } = spec;
  const sources = [
    ...new Set(edits.flatMap((edit) => (edit.source?.kind === 'run' ? [sourceSite(edit)] : []))),
  ];
  const lines = [
    ...masks.map(maskLine),
    ...rewrites.map(rewriteLine),
    ...edits.map((edit) => editLine(edit, minOf(spec.cases.map(({ tokens }) => tokens.length)))),
  ];
  return {
    constants: [
      casesText(document, spec, null),
      `ON = ${literal(spec.on)}  # the run that is changed`,
      ...(sources.length > 0 ? [`SOURCES = ${literal(sources)}  # activations that are put in`] : []),
      ...(spec.cases.length === 1 ? [`TOP = ${spec.top}  # next tokens that are listed`] : []),
    ].join('\n'),
    body: [
      roles,
      changes,
      `\n\ndef changes(case, runs):\n    """The edits, by hook."""\n    T = len(case[ON])\n    return all_of(\n        [\n${lines.map((line) => `            ${line},\n`).join('')}        ]\n    )`,
      body,
    ],
    flags: [
      ...casesFlags(spec, null),
      ...(sources.length > 0 ? ['sources'] : []),
      ...(masks.length > 0 ? ['masks'] : []),
      ...(edits.length + rewrites.length > 0 ? ['edits'] : []),
      ...rewrites.map(({ kind }) => kind),
      ...['numbers', 'noise', 'along'].filter((name) => lines.some((line) => line.includes(`${name}(`))),
    ],
    sites: [
      ...[...edits.map(({ site }) => site), ...sources].map(checkedSite),
      ...(rewrites.length > 0 || (masks.length > 0 && backend === 'nnsight') ? ['attn.hook_pattern'] : []),
    ],
    numbers: numbersOf(document),
  };
};

function checkedSite(site: string): string {
  const kind = site.replace(/^blocks\.\d+\./, '');
  return SITES.includes(kind)
    ? kind
    : refuse('an edit of this site cannot be said in a script', site, SITES.join(', '));
}

/** Positions as Python. */
function rowsText(rows: Rows): string {
  if (typeof rows !== 'string') return literal(rows);
  return {
    all: 'range(T)',
    subject: 'range(*case["subject"])',
    'subject-last': '[case["subject"][1] - 1]',
    answer: '[T - 1]',
    'before-answer': 'range(T - 1)',
  }[rows];
}

const sourceSite = ({ site, source }: Edit): string =>
  source?.kind === 'run' ? (source.site ?? site) : refuse('internal', source?.kind, 'a run');

function editLine(edit: Edit, T: number): string {
  const { site, rows, head, columns } = edit;
  const isPattern = site.endsWith('hook_pattern');
  if (
    isPattern &&
    edit.source?.kind === 'vector' &&
    head === undefined &&
    edit.source.values.length !== (columns ? columns[1] - columns[0] : T)
  )
    refuse(
      'a pattern for several heads at once cannot be said in a script',
      `${edit.source.values.length} numbers`,
      'one row, or one head',
    );
  const where = [
    literal(site),
    rowsText(rows),
    `lambda x, at: ${formula(edit)}`,
    ...(head === undefined ? [] : [`head=${head}`]),
    ...(columns ? [`columns=slice(${columns.join(', ')})`] : []),
  ];
  return `change(${where.join(', ')})`;
}

/** The new value of x, see docs/interventions.md. */
function formula(edit: Edit): string {
  const { op, range, direction } = edit;
  const alpha = edit.alpha ?? 1;
  const v = edit.source ? sourceText(edit) : '';
  const times = (factor: number, text: string) => (factor === 1 ? text : `${factor} * ${text}`);
  switch (op) {
    case 'set':
      return `0 * x + ${v}`;
    case 'add':
      return `x + ${times(alpha, v)}`;
    case 'scale':
      return `${alpha} * x`;
    case 'lerp':
      return `${1 - alpha} * x + ${times(alpha, v)}`;
    case 'clamp':
      return `x.clamp(${range!.join(', ')})`;
    case 'project_out':
      return `x - along(x, ${v})`;
    case 'set_along':
      return `x + along(${v} - x, numbers(${literal(direction)}, x))`;
    case 'snippet':
      return refuse('a WGSL snippet cannot be said in a script', "op 'snippet'", 'an operation of the table');
  }
}

function sourceText(edit: Edit): string {
  const source = edit.source!;
  if (source.kind === 'constant') return `${source.value}`;
  if (source.kind === 'vector') return `numbers(${literal(source.values)}, x)`;
  if (source.kind === 'run') return `runs["${source.run}"]["${sourceSite(edit)}"][at]`;
  return `${source.scale} * noise(x, seed=${source.seed}, draw=${source.draw})`;
}

const layersText = (layers: readonly [number, number] | undefined): string =>
  layers ? `range(${layers.join(', ')})` : 'range(n_layers)';

function maskLine(mask: InterventionSpec['masks'][number]): string {
  const { layers, head, queries, keys, op, value } = mask;
  if (op === 'allow')
    refuse('a mask that lets a query see more cannot be said in a script', "op 'allow'", "op 'add'");
  const given = [
    'layer',
    `${head ?? 'None'}`,
    rowsText(queries),
    rowsText(keys),
    ...(value === undefined ? [] : [`${value}`]),
  ];
  return `*(hide(${given.join(', ')}) for layer in ${layersText(layers)})`;
}

function rewriteLine({ layers, head, queries, kind }: InterventionSpec['rewrites'][number]): string {
  if (kind !== 'uniform' && kind !== 'reversed')
    refuse(
      "a rewrite with Loci's own random numbers cannot be said in a script",
      `'${kind}'`,
      'uniform or reversed',
    );
  const given = [
    'f"blocks.{layer}.attn.hook_pattern"',
    rowsText(queries),
    `lambda x, at: ${kind}(x)`,
    ...(head === undefined ? [] : [`head=${head}`]),
  ];
  return `*(change(${given.join(', ')}) for layer in ${layersText(layers)})`;
}
