/**
 * Warnings about a question before it runs: typed words against traced tokens, repeated tokens,
 * look-alikes. One plain line each, with the change that would fix it. Pure.
 */
import type { Needs } from '../experiment';
import { isPiece } from '../../results/spelling';
import { following, isBlank, moveIntoPrompt, movedWords, spelled } from './answer';
import { chosenSubject } from './choices';
import { findAnswerRow, surrounded, type TypedContext } from './prompt';
import { charactersOf, differenceText, excerpt } from './spelling';
import { findSubject, ownSpelling, type PromptToken, type Span, textUnder, wholeTokens } from './subject';
import { differingWords } from './twin';
import { defined } from '../../util/defined';
import { quoted } from '../../util/parse';

export interface Notice {
  /** One sentence or two. */
  readonly text: string;
  /** The question cannot run as it is. */
  readonly blocks?: true;
  readonly fix?: Fix;
}

export interface Fix {
  /** Text of the button, e.g. "Put 'New' into the prompt". */
  readonly label: string;
  readonly change: Partial<Words>;
}

/** A question about one prompt, as typed. */
export interface Words {
  readonly prompt: string;
  readonly bos: boolean;
  readonly subject: string;
  /** Or token positions [begin, end). */
  readonly subjectRange: readonly [number, number];
  readonly answer: string;
  readonly distractor: string;
  /** The other prompt; '' removes it. */
  readonly corrupted: string;
}

interface Seen {
  readonly words: Partial<Words> & Pick<Words, 'prompt' | 'bos'>;
  readonly context: TypedContext;
  /** Tokens of the prompt, with what "add BOS" adds. */
  readonly tokens: readonly PromptToken[];
  /** The subject's tokens; null if there is none or it is not found. */
  readonly subject: Span | null;
  /** The question names no subject: Loci chose it. */
  readonly isChosen: boolean;
}

type Question = Readonly<Record<string, unknown>>;

/** Each checks one thing. */
type Look = (seen: Seen) => Notice | null | Promise<Notice | null>;

/**
 * The notices of a question as typed, of any experiment; none if it is resolved or has many
 * prompts. Uses the default subject if the question needs one and names none.
 */
export async function noticesOf(question: Question, needs: Needs, context: TypedContext): Promise<Notice[]> {
  const words = wordsOf(question, context.bosDefault);
  const { prefix, suffix } = context.special;
  // Unreadable words are refused when the question resolves.
  if (!words || words.prompt.trim() === '' || (words.bos && prefix.length + suffix.length === 0)) return [];
  const tokens = await surrounded(words.prompt, words.bos, context);
  const isChosen = needs.subject !== undefined && lacksSubject(words);
  const subject = isChosen ? chosenSubject(words.prompt, tokens, context) : subjectOf(words, tokens);
  const seen = { words, context, tokens, subject, isChosen };
  const long = await tooLong(seen);
  if (long) return [long];
  const notices = await Promise.all(LOOKS.map((look) => look(seen)));
  return notices.filter((notice) => notice !== null);
}

function wordsOf(question: Question, bosDefault: boolean): Seen['words'] | null {
  const { cases, bos = bosDefault } = question;
  const asked = (Array.isArray(cases) && cases.length === 1 ? cases[0] : null) as Question | null;
  if (!asked || typeof asked.prompt !== 'string' || typeof bos !== 'boolean' || 'tokens' in asked)
    return null;
  const text = (name: string) => (typeof asked[name] === 'string' ? (asked[name] as string) : undefined);
  const { begin, end } = (asked.subject ?? {}) as { readonly begin?: unknown; readonly end?: unknown };
  return defined<Seen['words']>({
    prompt: asked.prompt,
    bos,
    subject: text('subject'),
    subjectRange:
      Number.isInteger(begin) && Number.isInteger(end) ? [begin as number, end as number] : undefined,
    answer: text('answer'),
    distractor: text('distractor'),
    corrupted: text('corrupted'),
  });
}

/** Beside a twin, a trace takes its subject from where they differ. */
const lacksSubject = ({ subject, subjectRange, corrupted }: Seen['words']): boolean =>
  [subject, subjectRange, corrupted].every((field) => field === undefined);

function subjectOf({ prompt, subject, subjectRange }: Seen['words'], tokens: Seen['tokens']): Span | null {
  if (subjectRange) {
    const [begin, end] = subjectRange;
    const isRange = begin < end && tokens.slice(begin, end).every(({ bytes }) => bytes !== null);
    return isRange && end <= tokens.length && begin >= 0 ? { begin, end } : null;
  }
  if (subject === undefined) return null;
  try {
    return findSubject(prompt, tokens, subject);
  } catch {
    // Resolving the question says why.
    return null;
  }
}

const tooLong: Look = async ({ words: { prompt, bos }, context, tokens }) => {
  const { nCtx } = context.spec;
  const excess = tokens.length - nCtx;
  if (excess <= 0) return null;
  const text = `The prompt has ${tokens.length} tokens, ${excess} more than the ${nCtx} that this model reads.`;
  const own = tokens.filter(({ bytes }) => bytes !== null);
  const first = own.slice(excess).find((token) => /^\s/.test(token.text));
  const rest =
    first && new TextDecoder().decode(new TextEncoder().encode(prompt).slice(first.bytes![0])).trimStart();
  const fits = rest && (await surrounded(rest, bos, context)).length <= nCtx;
  return {
    text,
    blocks: true,
    ...(fits && { fix: { label: 'Cut its beginning', change: { prompt: rest } } }),
  };
};

const doubledStart: Look = ({ words: { prompt, bos }, context: { special }, tokens }) => {
  const { prefix, suffix } = special;
  const own = tokens.slice(prefix.length, 2 * prefix.length);
  if (!bos || prefix.length === 0 || !prefix.every(({ id }, i) => id === own[i]?.id)) return null;
  const name = prefix.map(({ text }) => text).join('');
  const text = `The prompt begins with ${quoted(name)} already, and it is added once more.`;
  if (suffix.length === 0) return { text, fix: { label: 'Do not add it', change: { bos: false } } };
  const rest = prompt.trimStart().slice(name.length).trimStart();
  return { text, ...(rest && { fix: { label: 'Take it out of the prompt', change: { prompt: rest } } }) };
};

const trailingSpace: Look = async ({ words: { prompt, answer, distractor }, context }) => {
  const [space] = /[ \t\u00a0]+$/.exec(prompt) ?? [];
  if (space === undefined || context.spec.head !== 'lm') return null;
  const trimmed = prompt.slice(0, -space.length);
  // An answer whose own tokens begin with a lone space keeps it.
  const needsIt = async (text = '') =>
    text.trim() !== '' && isBlank((await following(` ${text.trim()}`, trimmed, context)).tokens);
  if ((await Promise.all([answer, distractor].map(needsIt))).includes(true)) return null;
  return {
    text: 'The prompt ends in a space, which most tokens of words hold themselves.',
    fix: { label: 'Take it off', change: { prompt: trimmed } },
  };
};

const subjectSpelling: Look = ({ words: { prompt, subject } }) => {
  const own = subject === undefined ? null : ownSpelling(prompt, subject);
  if (!own) return null;
  const isVisible = own.text.toLowerCase() === subject!.trim().toLowerCase();
  const how = isVisible ? '' : ` (${differenceText(own.text, subject!.trim())})`;
  const fix = { label: 'Use the prompt’s spelling', change: { subject: own.text } };
  const text = `The prompt spells the subject ${quoted(own.text)}${how}`;
  return own.isSame
    ? { text: `${text}; that is what is hidden.`, fix }
    : { text: `${text}.`, blocks: true, fix };
};

const named = (isChosen: boolean) => (isChosen ? 'The subject that Loci chose' : 'The subject');

const halfCharacter: Look = ({ words: { prompt }, tokens, subject, isChosen }) => {
  if (!subject) return null;
  const whole = wholeTokens(prompt, tokens, subject);
  const cutsBegin = whole.begin < subject.begin;
  if (!cutsBegin && whole.end === subject.end) return null;
  const characters = charactersOf(textUnder(prompt, tokens, whole).trim());
  const cut = cutsBegin ? characters[0]! : characters.at(-1)!;
  return {
    text: `${named(isChosen)} holds only a part of ${quoted(cut.text)}.`,
    fix: { label: 'Take the whole character', change: { subjectRange: [whole.begin, whole.end] } },
  };
};

const subjectPlace: Look = ({ tokens, subject, isChosen, context }) => {
  if (!subject || context.spec.head === 'none') return null;
  const own = tokens.filter(({ bytes }) => bytes !== null).length;
  if (subject.end - subject.begin === own) {
    return { text: `${named(isChosen)} is the whole prompt: once it is hidden, nothing is left to read.` };
  }
  const { head } = context.spec;
  const row =
    head === 'mlm'
      ? tokens.findIndex(({ id }) => id === context.maskToken?.id)
      : findAnswerRow(
          tokens.map(({ id }) => id),
          context,
        );
  if (row < subject.begin || row >= subject.end) return null;
  return {
    text: {
      mlm: `${named(isChosen)} holds the masked word, so hiding it hides the place of the answer, too.`,
      classes: `${named(isChosen)} begins the prompt, so its first token is also where the class is read.`,
      lm: `${named(isChosen)} ends the prompt, so its last token is also where the answer is read.`,
    }[head],
  };
};

const twinLength: Look = async ({ words: { prompt, bos, corrupted }, context, tokens }) => {
  if (corrupted === undefined || corrupted.trim() === '') return null;
  const twin = { text: corrupted, tokens: await surrounded(corrupted, bos, context) };
  const [theirs, ours] = [twin.tokens.length, tokens.length];
  if (theirs === ours) return null;
  const words = differingWords(twin, { text: prompt, tokens });
  return {
    text: `The corrupted prompt has ${theirs} tokens, the prompt has ${ours}${words}.`,
    blocks: true,
    fix: { label: 'Leave it out', change: { corrupted: '' } },
  };
};

interface Typed {
  readonly typed: string;
  readonly tokens: readonly PromptToken[];
}

const answerTokens: Look = async (seen) => {
  const { words, context } = seen;
  const { prompt, answer, distractor } = words;
  if (context.spec.head === 'classes') return null;
  const texts = [answer, distractor].flatMap((text) => (text?.trim() ? [text] : []));
  const typed = await Promise.all(
    texts.map(
      async (text): Promise<Typed> => ({
        typed: text.trim(),
        tokens: (await following(text, prompt, context)).tokens,
      }),
    ),
  );
  const blank = typed.find(({ tokens }) => isBlank(tokens));
  if (blank) {
    const text = `${quoted(blank.typed)} begins with a lone space here (${spelled(blank.tokens)}), which says nothing of the word.`;
    return { text, blocks: true, ...(await moving(seen)) };
  }
  const [first, second] = typed;
  if (first && second && first.tokens[0]?.id === second.tokens[0]?.id) {
    const text = `${quoted(first.typed)} and ${quoted(second.typed)} both begin with ${beginning(first)}, so that token cannot tell them apart.`;
    return { text, blocks: true, ...(await moving(seen)) };
  }
  const several = typed.filter(({ tokens }) => tokens.length > 1);
  if (several.length === 0) return null;
  const list = several.map((one) => quoted(one.typed)).join(' and ');
  const begins = several.map(beginning).join(' and ');
  const what = several.length === 1 ? `its first token, ${begins}, is` : `their first tokens, ${begins}, are`;
  return { text: `You typed ${list}; ${what} traced.`, ...(second ? {} : await moving(seen)) };
};

/** The first token of what was typed, described if it is part of a character. */
function beginning({ typed, tokens }: Typed): string {
  const first = tokens[0]!.text;
  return isPiece(first) ? `a part of ${quoted(charactersOf(typed)[0]!.text)}` : quoted(first.trim());
}

async function moving({ words, context, subject, isChosen }: Seen): Promise<{ readonly fix?: Fix }> {
  const moved = await moveIntoPrompt(words, context);
  if (!moved) return {};
  const { words: _, ...question } = moved;
  // In the longer prompt the default subject might change: fix it.
  const kept = isChosen && subject ? { subjectRange: [subject.begin, subject.end] as const } : {};
  const change = { ...question, ...kept };
  return { fix: { label: `Put ${movedWords(moved)} into the prompt`, change } };
}

const answerInPrompt: Look = async ({ words: { prompt, answer }, context, tokens }) => {
  if (!answer?.trim()) return null;
  const { tokens: own } = await following(answer, prompt, context);
  const isThere =
    own.length > 1
      ? prompt.includes(answer.trim())
      : tokens.some(({ id, bytes }) => bytes && id === own[0]?.id);
  if (!isThere || !/\p{L}/u.test(answer)) return null;
  return {
    text: `The prompt holds the answer ${quoted(excerpt(answer.trim()))} itself, so the model may copy it.`,
  };
};

const LOOKS: readonly Look[] = [
  doubledStart,
  trailingSpace,
  subjectSpelling,
  halfCharacter,
  subjectPlace,
  twinLength,
  answerTokens,
  answerInPrompt,
];
