/** A user's edits, masks and rewrites in a script: one line of Python each. */
import type { InterventionSpec } from '../../experiments/intervention/spec';
import { joined, type Python, python } from '../../util/code/python';
import { files } from './files';
import { caseConstants, casesFlags, type PartOf, refuse } from './part';
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

export const interventionPart: PartOf = (document, backend) => {
  const spec = document.spec as unknown as InterventionSpec;
  const { edits, masks, rewrites, cuts } = spec;
  if (cuts.length > 0)
    refuse('a cut wire cannot be said in a script', `${cuts.length} cuts`, 'edits, masks and rewrites');
  const sources = [
    ...new Set(edits.flatMap((edit) => (edit.source?.kind === 'run' ? [sourceSite(edit)] : []))),
  ];
  const lines = [
    ...masks.map(maskLine),
    ...rewrites.map(rewriteLine),
    ...edits.map((edit) => editLine(edit, minOf(spec.cases.map(({ tokens }) => tokens.length)))),
  ];
  const changes = python`def changes(case, runs):
    """The edits, by hook."""
    T = len(case[ON])
    return all_of(
        [
${joined(
  lines.map((line) => python`            ${line},\n`),
  '',
)}        ]
    )`;
  return {
    constants: [
      ...caseConstants(document, spec, null),
      python`ON = ${spec.on}  # the run that is changed`,
      ...(sources.length > 0 ? [python`SOURCES = ${sources}  # activations that are put in`] : []),
      ...(spec.cases.length === 1 ? [python`TOP = ${spec.top}  # next tokens that are listed`] : []),
    ],
    body: [files.roles, files.changes, () => changes, files.intervention],
    measure: python`what_if`,
    flags: [
      ...casesFlags(spec, null),
      ...(sources.length > 0 ? ['sources'] : []),
      ...(masks.length > 0 ? ['masks'] : []),
      ...(edits.length + rewrites.length > 0 ? ['edits'] : []),
      ...rewrites.map(({ kind }) => kind),
      ...edits.flatMap(functionsOf),
    ],
    sites: [
      ...[...edits.map(({ site }) => site), ...sources].map(checkedSite),
      ...(rewrites.length > 0 || (masks.length > 0 && backend === 'nnsight') ? ['attn.hook_pattern'] : []),
    ],
  };
};

function checkedSite(site: string): string {
  const kind = site.replace(/^blocks\.\d+\./, '');
  return SITES.includes(kind)
    ? kind
    : refuse('an edit of this site cannot be said in a script', site, SITES.join(', '));
}

/** Functions of changes.py used by an edit. */
const functionsOf = ({ op, source }: Edit): string[] => [
  ...(source?.kind === 'vector' || op === 'set_along' ? ['numbers'] : []),
  ...(source?.kind === 'noise' ? ['noise'] : []),
  ...(op === 'project_out' || op === 'set_along' ? ['along'] : []),
];

/** Positions as Python. */
function rowsCode(rows: Rows): Python {
  if (typeof rows !== 'string') return python`${rows}`;
  return {
    all: python`range(T)`,
    subject: python`range(*case["subject"])`,
    'subject-last': python`[case["subject"][1] - 1]`,
    answer: python`[T - 1]`,
    'before-answer': python`range(T - 1)`,
  }[rows];
}

const sourceSite = ({ site, source }: Edit): string =>
  source?.kind === 'run' ? (source.site ?? site) : refuse('internal', source?.kind, 'a run');

const headOf = (head: number | undefined): Python[] => (head === undefined ? [] : [python`head=${head}`]);

function editLine(edit: Edit, T: number): Python {
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
    python`${site}`,
    rowsCode(rows),
    python`lambda x, at: ${formula(edit)}`,
    ...headOf(head),
    ...(columns ? [python`columns=slice(${columns[0]}, ${columns[1]})`] : []),
  ];
  return python`change(${joined(where, ', ')})`;
}

/** The new value of x, see docs/interventions.md. */
function formula(edit: Edit): Python {
  const { op, range, direction } = edit;
  const alpha = edit.alpha ?? 1;
  const v = edit.source ? sourceCode(edit) : python``;
  const weighted = alpha === 1 ? v : python`${alpha} * ${v}`;
  switch (op) {
    case 'set':
      return python`0 * x + ${v}`;
    case 'add':
      return python`x + ${weighted}`;
    case 'scale':
      return python`${alpha} * x`;
    case 'lerp':
      return python`${1 - alpha} * x + ${weighted}`;
    case 'clamp':
      return python`x.clamp(${range![0]}, ${range![1]})`;
    case 'project_out':
      if (direction) return refuse('a projection along another vector cannot be said', 'a direction', 'none');
      return python`x - along(x, ${v})`;
    case 'set_along':
      return python`x + along(${v} - x, numbers(${direction!}, x))`;
    case 'swap':
      return refuse('a swap cannot be said in a script', "op 'swap'", 'an operation of the table');
    case 'snippet':
      return refuse('a WGSL snippet cannot be said in a script', "op 'snippet'", 'an operation of the table');
  }
}

function sourceCode(edit: Edit): Python {
  const source = edit.source!;
  if (source.kind === 'constant') return python`${source.value}`;
  if (source.kind === 'vector') return python`numbers(${source.values}, x)`;
  if (source.kind === 'unembedding')
    return refuse(
      'a direction of the unembedding cannot be said in a script',
      "source 'unembedding'",
      'another source',
    );
  if (source.kind === 'mean')
    return refuse('a mean over positions cannot be said in a script', "source 'mean'", 'another source');
  if (source.kind === 'run' && source.rows)
    return refuse(
      'a state of another position cannot be said in a script',
      'source.rows',
      'the same position',
    );
  if (source.kind === 'run') return python`runs[${source.run}][${sourceSite(edit)}][at]`;
  return python`${source.scale} * noise(x, seed=${source.seed}, draw=${source.draw})`;
}

const layersCode = (layers: readonly [number, number] | undefined): Python =>
  layers ? python`range(${layers[0]}, ${layers[1]})` : python`range(n_layers)`;

function maskLine(mask: InterventionSpec['masks'][number]): Python {
  const { layers, head, queries, keys, op, value } = mask;
  if (op === 'allow')
    refuse('a mask that lets a query see more cannot be said in a script', "op 'allow'", "op 'add'");
  const given = [
    python`layer`,
    python`${head ?? null}`,
    rowsCode(queries),
    rowsCode(keys),
    ...(value === undefined ? [] : [python`${value}`]),
  ];
  return python`*(hide(${joined(given, ', ')}) for layer in ${layersCode(layers)})`;
}

function rewriteLine({ layers, head, queries, kind }: InterventionSpec['rewrites'][number]): Python {
  if (kind !== 'uniform' && kind !== 'reversed')
    refuse(
      "a rewrite with Loci's own random numbers cannot be said in a script",
      `'${kind}'`,
      'uniform or reversed',
    );
  const rewritten = kind === 'uniform' ? python`uniform(x)` : python`reversed(x)`;
  const given = [
    python`f"blocks.{layer}.attn.hook_pattern"`,
    rowsCode(queries),
    python`lambda x, at: ${rewritten}`,
    ...headOf(head),
  ];
  return python`*(change(${joined(given, ', ')}) for layer in ${layersCode(layers)})`;
}
