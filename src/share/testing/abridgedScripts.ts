/**
 * Exported scripts in brief. A statement stands once, under the scripts that have it. A template
 * (scripts/python) is named with the sections chosen from it. A digest of each whole script shows
 * any change of the text left out.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { backends } from '../scripts/part';

const FOLDER = 'src/share/scripts/python/';

const templates = readdirSync(FOLDER).map((name) => ({
  name,
  ...patternOf(readFileSync(FOLDER + name, 'utf8')),
}));

/** `scripts`: texts by `document.backend`. */
export function abridgedScripts(scripts: ReadonlyMap<string, string>): string {
  const digests = [...scripts].map(([name, script]) => `# ${name} ${digestOf(script)}\n`);
  const owners = new Map<string, Set<string>>();
  for (const [name, script] of scripts)
    for (const statement of statementsOf(script))
      owners.set(statement, (owners.get(statement) ?? new Set()).add(name));
  const groups = new Map<string, string[]>();
  for (const [statement, names] of owners) {
    const title = titleOf([...names], [...scripts.keys()]);
    groups.set(title, [...(groups.get(title) ?? []), statement]);
  }
  const shown = [...groups].map(([title, statements]) => `\n#### ${title}\n${statements.join('\n')}\n`);
  return `# See src/share/testing/abridgedScripts.ts.\n${[...digests, ...shown].join('')}`;
}

/** Leaves the backend out where both have it. */
function titleOf(names: readonly string[], all: readonly string[]): string {
  const listed = names.join(', ');
  if (listed === all.join(', ')) return 'every script';
  const one = backends.find((backend) => listed === all.filter((name) => name.endsWith(backend)).join(', '));
  if (one) return `every ${one} script`;
  const titles = names.map((name) => {
    const [document] = name.split('.');
    return backends.every((backend) => names.includes(`${document}.${backend}`)) ? document : name;
  });
  return [...new Set(titles)].join(', ');
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Constants, and blocks that begin at an unindented line after a blank one. */
const statementsOf = (script: string): string[] =>
  withoutTemplates(script.replace(/^LOCI = \{\n.*?\n\}$/ms, 'LOCI = {...}'))
    .split(/(?<=\n\n)(?=\S)|(?<=\n)(?=[A-Z]\S*(?:, [A-Z]+)* = )/)
    .map((statement) => statement.trim());

const withoutTemplates = (script: string): string =>
  templates.reduce(
    (text, { name, sections, pattern }) =>
      text.replace(pattern, (found: string, ...groups: unknown[]) => {
        const chosen = new Set(sections.filter((_, i) => groups[i] !== undefined));
        return found && `# ${[name, ...chosen].join(', ')}\n\n`;
      }),
    script,
  );

/** Finds a template's text, with or without each section. Group i + 1 is section i. */
function patternOf(template: string): { readonly pattern: RegExp; readonly sections: readonly string[] } {
  const sections: string[] = [];
  const parts = template.split('\n').map((line) => {
    const [, condition] = /^\s*# if (.*)$/.exec(line) ?? [];
    if (condition) {
      sections.push(condition);
      return '(';
    }
    if (/^\s*# end$/.test(line)) return ')?';
    return line === '' ? '' : `${line.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}\\n+`;
  });
  return { pattern: new RegExp(`^${parts.join('')}`, 'gm'), sections };
}
