/** Names of files: what every system takes, made of any text. */

/** Characters at most: 240 bytes, so that an extension fits. */
const LONGEST = 60;

/** Windows opens a device under these names, with any extension and blanks before it. */
export const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\s*(\.|$))/i;

/**
 * A name without folder and extension: letters, digits, '.', '_' and '-'; whatever else becomes '-'. `nothing` is the
 * name of a text that has no such character.
 */
export const fileStem = (text: string, nothing: string): string =>
  cleaned(text, /[^\p{L}\p{M}\p{N}._-]+/gu) || nothing;

/**
 * One name for each array of an archive, in order, never two that differ in case alone. A name that is plain already
 * stays as it is, unless one before it has it, or `taken`, names of other entries; each leaves room for names of its own
 * with one of these `endings`.
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

/** Nothing that is hidden, leads upwards, is a device, or ends in what a system drops. */
function cleaned(text: string, unwanted: RegExp): string {
  const plain = text.replace(unwanted, '-').replace(/^[-. ]+/, '');
  const short = [...plain]
    .slice(0, LONGEST)
    .join('')
    .replace(/[-. ]+$/, '');
  return short.replace(DEVICE, '_$&');
}
