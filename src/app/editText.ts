/** Edits in words. */
import { plain } from '../results/format';
import { visibleToken } from '../util/visible';
import type { Change, EditRow } from './edits';

export interface ChangeText {
  /** 'head 5.0' */
  readonly what: string;
  /** 'zero' */
  readonly does: string;
  /** 'at ·France'; '' for all positions */
  readonly where: string;
}

/** An edit in words; `labels`: of the prompt's tokens; `names`: of other tokens, by id. */
export function textOf(
  change: Change,
  labels: readonly string[],
  names: Readonly<Record<number, string>> = {},
): ChangeText {
  const named = (rows: EditRow['rows']): string => {
    if (rows === 'all') return '';
    if (typeof rows === 'string') return ROWS[rows];
    const names = rows.map((row) => labels[row] ?? `position ${row}`);
    return names.length > 3 ? `${names.length} positions` : names.join(', ');
  };
  const at = (rows: EditRow['rows']): string => (rows === 'all' ? '' : `at ${named(rows)}`);
  if ('mask' in change) {
    const { layers, head, queries, keys, value, op } = change.mask;
    const [begin, end] = layers ?? [];
    const block =
      begin === undefined ? 'all layers' : end! - begin > 1 ? `layers ${begin}–${end! - 1}` : `${begin}`;
    const what = head === undefined ? `attention ${block}` : `head ${block}.${head}`;
    const does =
      op === 'allow' ? 'may see' : value === undefined ? 'cannot see' : `score ${plain(value)} for`;
    return {
      what,
      does: `${does} ${named(keys) || 'anything'}`,
      where: queries === 'all' ? '' : `from ${named(queries)}`,
    };
  }
  if ('cut' in change) {
    const { senders, receiver, rows, source } = change.cut;
    const does = source?.kind === 'run' ? 'carries the twin’s' : 'cut';
    return { what: `${senders.join(', ')}->${receiver}`, does, where: at(rows) };
  }
  const { site, head, columns, rows } = change.edit;
  return {
    what: siteText(site, head, columns),
    does: pushText(change.edit, names) ?? verbText(change.edit, named),
    where: at(rows),
  };
}

const ROWS = {
  subject: 'the subject',
  'subject-last': 'the subject’s last token',
  answer: 'the answer’s position',
  'before-answer': 'all positions but the answer’s',
} as const;

function siteText(site: string, head?: number, columns?: readonly [number, number]): string {
  if (site === 'hook_embed') return 'token';
  const [, layer, kind] = /^blocks\.(\d+)\.(.+)$/.exec(site) ?? [];
  if (kind === 'attn.hook_z' && head !== undefined && !columns) return `head ${layer}.${head}`;
  if (kind === 'mlp.hook_post' && columns && columns[1] - columns[0] === 1)
    return `neuron ${layer}.${columns[0]}`;
  const name = columns || head !== undefined ? undefined : NAMES[kind ?? ''];
  if (name !== undefined) return `${name} ${layer}`;
  const part = head === undefined ? '' : `, head ${head}`;
  return `${site}${part}${columns ? ` [${columns[0]}, ${columns[1]})` : ''}`;
}

const NAMES: Readonly<Record<string, string>> = {
  hook_resid_post: 'layer',
  hook_normalized_resid_post: 'layer',
  hook_attn_out: 'attention',
  hook_mlp_out: 'MLP',
};

/** Null for what is no push along a direction. */
function pushText(
  { op, alpha = 1, source }: EditRow,
  names: Readonly<Record<number, string>>,
): string | null {
  if (op !== 'add' || (source?.kind !== 'unembedding' && source?.kind !== 'vector')) return null;
  const times = plain(alpha);
  if (source.kind === 'vector') return `+ ${times} × a vector`;
  const name = (id: number): string => (names[id] === undefined ? `token ${id}` : visibleToken(names[id]));
  const { towards, away, length } = source;
  const along = `towards ${name(towards.id)}${away ? `, away from ${name(away.id)}` : ''}`;
  return `+ ${times} × ${length === undefined ? 'the direction' : `its length (${plain(length)})`} ${along}`;
}

function verbText(
  { op, alpha = 1, source, site, head, columns }: EditRow,
  named: (rows: number[]) => string,
): string {
  if (op === 'scale') return `× ${plain(alpha)}`;
  if (op === 'lerp' && source?.kind === 'run') return `${plain(alpha)} of the way to the twin`;
  if (op === 'add' && source?.kind === 'noise') return `+ noise ${plain(source.scale)}`;
  if (op !== 'set' || !source) return op.replaceAll('_', ' ');
  switch (source.kind) {
    case 'constant':
      return source.value === 0 ? 'zero' : `set to ${plain(source.value)}`;
    case 'mean':
      return 'mean';
    case 'run': {
      if (source.run === 'corrupted') return 'from the twin';
      const read = source.site ?? site;
      if (!source.rows) return read === site ? 'from the clean run' : `from ${siteText(read, head, columns)}`;
      return `from ${siteText(read, head, columns)} at ${named(source.rows)}`;
    }
    default:
      return `set to ${source.kind === 'noise' ? 'noise' : 'a vector'}`;
  }
}
