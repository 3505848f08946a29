/** Files of Python that belong to this repository, with sections that come and go. */
import { codeOf } from './code';
import type { Python } from './python';

/** The file with the sections that `flags` asks for. */
export type PythonFile = (flags: ReadonlySet<string>) => Python;

/**
 * A file's text, as imported with ?raw: lines between `# if NAME NAME ..` and `# end` stay if one of the names is wanted.
 * Only the list of the scripts' files (src/share/scripts/files.ts) may call this: it takes text for code.
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
