/** Notices about a question, for stderr: one line each, with a fix. */
import type { Notice, Words } from '../engine/api';

/** The flags of `loci trace` for the words of a question. */
const FLAGS: Readonly<Record<keyof Words, string>> = {
  prompt: 'prompt',
  bos: 'bos',
  subject: 'subject',
  subjectRange: 'subject-range',
  answer: 'answer',
  distractor: 'distractor',
  corrupted: 'corrupt-to',
};

/**
 * 'note: You typed ... Put 'New' into the prompt: --prompt '...' --answer ' York''; for a spec
 * file, with fields instead of flags.
 */
export function noticeLine({ text, fix }: Notice, isFile: boolean): string {
  const spell = isFile ? fieldText : flagText;
  const change = Object.entries(fix?.change ?? {}).map(([name, value]) => spell(name as keyof Words, value));
  return `note: ${text}${fix ? ` ${fix.label}: ${change.join(isFile ? ', ' : ' ')}` : ''}`;
}

type Value = Words[keyof Words] | undefined;

function flagText(name: keyof Words, value: Value): string {
  const flag = `--${FLAGS[name]}`;
  if (typeof value === 'boolean') return `${flag} ${value ? 'on' : 'off'}`;
  if (typeof value !== 'string') return `${flag} ${value?.join()}`;
  return value === '' ? `no ${flag}` : `${flag} '${value.replaceAll("'", "'\\''")}'`;
}

const fieldText = (name: keyof Words, value: Value): string =>
  name === 'subjectRange' && Array.isArray(value)
    ? `"subject": {"begin": ${value[0]}, "end": ${value[1]}}`
    : `"${name}": ${JSON.stringify(value)}`;
