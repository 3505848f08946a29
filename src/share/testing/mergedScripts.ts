/**
 * Merges scripts into one text with shared parts once: blocks in order, each under the names of its
 * scripts. A script is the blocks under its name.
 */
interface Block {
  readonly text: string;
  readonly names: readonly string[];
}

export function mergedScripts(scripts: Readonly<Record<string, string>>): string {
  let merged: Block[] = [];
  for (const [name, script] of Object.entries(scripts)) merged = merge(merged, blocksOf(script), name);
  return merged
    .map(({ text, names }, i) => {
      const title = names.join(', ');
      return title === merged[i - 1]?.names.join(', ') ? text : `#### ${title}\n${text}`;
    })
    .join('');
}

/** A block begins at an unindented line after a blank one. */
const blocksOf = (script: string): string[] => script.split(/(?<=\n\n)(?=\S)/);

/** Merges blocks in both orders: keeps a longest common subsequence. */
function merge(before: readonly Block[], blocks: readonly string[], name: string): Block[] {
  const [n, m] = [before.length, blocks.length];
  /** Length of the longest common subsequence from i and j on. */
  const common = Array.from({ length: n + 1 }, () => new Uint32Array(m + 1));
  for (let i = n - 1; i >= 0; i--)
    for (let j = m - 1; j >= 0; j--)
      common[i]![j] =
        before[i]!.text === blocks[j]
          ? common[i + 1]![j + 1]! + 1
          : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  const merged: Block[] = [];
  let [i, j] = [0, 0];
  while (i < n || j < m) {
    const one = before[i];
    const text = blocks[j];
    if (one && one.text === text) {
      merged.push({ text, names: [...one.names, name] });
      i++;
      j++;
    } else if (one && (text === undefined || common[i + 1]![j]! >= common[i]![j + 1]!)) {
      merged.push(one);
      i++;
    } else {
      merged.push({ text: text!, names: [name] });
      j++;
    }
  }
  return merged;
}
