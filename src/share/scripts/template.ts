/** Python templates: lines between `# if NAME NAME ..` and `# end` stay if one of the names is wanted. */

/** The template with the sections that `flags` asks for; the markers are gone. */
export function fillIn(template: string, flags: ReadonlySet<string>): string {
  const lines: string[] = [];
  const open: boolean[] = [];
  for (const line of template.split('\n')) {
    const marker = /^\s*# (?:if (?<names>[\w. -]+)|end)$/.exec(line);
    if (!marker) {
      if (open.every(Boolean)) lines.push(line);
    } else if (marker.groups?.names) {
      open.push(marker.groups.names.split(' ').some((name) => flags.has(name)));
    } else {
      open.pop();
    }
  }
  return lines.join('\n');
}

/** Plain data as a Python literal; long lists and dicts go over several lines, `indent` deep. */
export function literal(value: unknown, indent = ''): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number' || typeof value === 'string') return JSON.stringify(value);
  const flat = Array.isArray(value)
    ? `[${value.map((item) => literal(item)).join(', ')}]`
    : `{${entries(value, '').join(', ')}}`;
  if (indent.length + flat.length <= WIDTH) return flat;
  const deeper = `${indent}    `;
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === 'number')) return `[\n${wrapped(value, deeper)}\n${indent}]`;
    return `[\n${value.map((item) => `${deeper}${literal(item, deeper)},\n`).join('')}${indent}]`;
  }
  return `{\n${entries(value, deeper)
    .map((entry) => `${deeper}${entry},\n`)
    .join('')}${indent}}`;
}

export const WIDTH = 110;

function entries(value: object | null, indent: string): string[] {
  return Object.entries(value ?? {})
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => `${JSON.stringify(name)}: ${literal(item, indent)}`);
}

/** Numbers between commas, in lines of at most WIDTH. */
export function wrapped(values: readonly (number | null)[], indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const [i, value] of values.entries()) {
    const item = `${value}${i < values.length - 1 ? ',' : ''}`;
    if (line !== '' && indent.length + line.length + 1 + item.length > WIDTH) {
      lines.push(indent + line);
      line = item;
    } else line = line === '' ? item : `${line} ${item}`;
  }
  return [...lines, indent + line].join('\n');
}
