/**
 * Text of a program, as a value that is not a string. Each language has one file here, whose template tag makes its code:
 * the fixed parts go in as they stand, code of the same language too, and every other value as a literal. So a string of
 * a document can enter a program, but never become a part of it. Only the files of this folder may import this one.
 */
const TEXT: unique symbol = Symbol('text of a program');

export interface Code<Language extends string> {
  readonly language: Language;
  readonly [TEXT]: string;
}

export const codeOf = <Language extends string>(language: Language, text: string): Code<Language> => ({
  language,
  [TEXT]: text,
});

/** The finished program. */
export const textOf = (code: Code<string>): string => code[TEXT];

/** The tag of a language. JSON has no symbols, so no value of a document looks like code. */
export function tagOf<Language extends string, Value>(language: Language, literal: (value: Value) => string) {
  const textIn = (value: Code<Language> | Value): string => {
    if (value === null || typeof value !== 'object' || !(TEXT in value)) return literal(value as Value);
    if (value.language !== language)
      throw new Error(`internal: ${value.language} code in ${language}, expected a string or ${language}.`);
    return textOf(value);
  };
  return (parts: TemplateStringsArray, ...values: readonly (Code<Language> | Value)[]): Code<Language> =>
    codeOf(language, parts.map((part, i) => (i === 0 ? part : textIn(values[i - 1]!) + part)).join(''));
}

/** What may stand between two pieces of code. */
export type Between = '' | ' ' | ', ' | ',\n' | '\n' | '\n\n';

/** Code of one language, one piece after the other. */
export const joined = <Language extends string>(
  language: Language,
  pieces: readonly Code<Language>[],
  between: Between,
): Code<Language> => codeOf(language, pieces.map(textOf).join(between));
