/** Document -> CSV (RFC 4180): one row per kind x token x layer, then per kind x group x layer. Full precision. */
import { askedOf, layersRestored } from './asked';
import type { Interval, TraceDocument, TraceKind } from './document';
import { tokenLabels } from './tokens';

const COLUMNS = [
  'kind',
  'group',
  'row',
  'token_id',
  'token',
  'is_subject',
  'layer',
  'layers_restored',
  'restored',
  'effect',
  'effect_low',
  'effect_high',
  'p',
] as const;

type Cell = string | number | boolean | null | undefined;

/** Lines end with CR LF; an absent value is an empty field; `layers_restored` is 'first-last'. */
export function documentToCsv(document: TraceDocument): string {
  const question = askedOf(document);
  const labels = tokenLabels(document);
  const lines: Cell[][] = [[...COLUMNS]];
  for (const [name, result] of Object.entries(document.kinds)) {
    if (!result) continue;
    const kind = name as TraceKind;
    const layers = (layer: number) => {
      const [begin, end] = layersRestored(question, kind, layer);
      return `${begin}-${end - 1}`;
    };
    const tail = (restored: number, effect: number, interval: Interval | null, p: number | undefined) => [
      restored,
      effect,
      interval?.[0],
      interval?.[1],
      p,
    ];
    document.tokens.forEach(({ id, token }, t) => {
      result.effect[t]!.forEach((effect, l) => {
        const p = document.metric === 'p' ? result.restored[t]![l]! : result.p?.[t]?.[l];
        const head = [kind, null, t, id, token, labels[t]!.isSubject, l, layers(l)];
        lines.push([...head, ...tail(result.restored[t]![l]!, effect, result.interval[t]![l]!, p)]);
      });
    });
    for (const group of result.groups) {
      group.effect.forEach((effect, l) => {
        const p = document.metric === 'p' ? group.restored[l] : undefined;
        const head = [kind, group.name, group.rows.join(' '), null, null, null, l, layers(l)];
        lines.push([...head, ...tail(group.restored[l]!, effect, group.interval[l]!, p)]);
      });
    }
  }
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

/** A field with a quote, comma or line break is quoted, its quotes doubled; so is one with outer spaces. */
function field(value: Cell): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
