/** Python files of this repository with optional sections. */
import { codeOf } from './code';
import type { Python } from './python';

/** Returns the file with the sections that `flags` selects. */
export type PythonFile = (flags: ReadonlySet<string>) => Python;

/**
 * `source` is a file's text, imported with ?raw. Lines between `# if NAME NAME ..` and `# end` stay
 * if `flags` has one of the names. Only the list of script files (src/share/scripts/files.ts) may
 * call this, because it turns text into code.
 */
export function pythonFile(source: string): PythonFile {
  return (flags) => {
    const lines: string[] = [];
    const open: boolean[] = [];
    for (const line of source.split('\n')) {
      const marker = /^\s*# (?:if (?<names>[\w. -]+)|end)$/.exec(line);
      if (!marker) {
        if (open.every(Boolean)) lines.push(line);
      } else if (marker.groups?.names) {
        open.push(marker.groups.names.split(' ').some((name) => flags.has(name)));
      } else {
        open.pop();
      }
    }
    return codeOf('python', lines.join('\n').trim());
  };
}
