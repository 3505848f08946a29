/** File names that every system accepts, from any text. */

/** Longest name in characters: 240 bytes, which leaves room for an extension. */
const LONGEST = 60;

/** Names that Windows reserves for devices, with any extension or spaces. */
export const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\s*(\.|$))/i;

/**
 * A name without folder and extension. Keeps letters, digits, '.', '_' and '-'; anything else
 * becomes '-'. Returns `nothing` if no character is kept.
 */
export const fileStem = (text: string, nothing: string): string =>
  cleaned(text, /[^\p{L}\p{M}\p{N}._-]+/gu) || nothing;

/**
 * A unique name for each array of an archive, in order, ignoring case. A plain name stays as it is
 * unless an earlier array or `taken` (names of other entries) has it. Each name also leaves its
 * forms with `endings` free.
 */
export function entryNames(
  names: readonly string[],
  taken: readonly string[],
  endings: readonly string[],
): string[] {
  const key = (name: string) => name.normalize('NFC').toLowerCase();
  const used = new Set(taken.map(key));
  return names.map((name) => {
    const stem = cleaned(name, /[^\p{L}\p{M}\p{N} ._<>-]+/gu) || 'array';
    const all = (entry: string) => ['', ...endings].map((ending) => key(entry + ending));
    let entry = stem;
    for (let n = 2; all(entry).some((one) => used.has(one)); n++) entry = `${stem}-${n}`;
    for (const one of all(entry)) used.add(one);
    return entry;
  });
}

/** Removes what would hide a file, lead upwards, name a device, or end in what a system drops. */
function cleaned(text: string, unwanted: RegExp): string {
  const plain = text.replace(unwanted, '-').replace(/^[-. ]+/, '');
  const short = [...plain]
    .slice(0, LONGEST)
    .join('')
    .replace(/[-. ]+$/, '');
  return short.replace(DEVICE, '_$&');
}
