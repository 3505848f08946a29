/**
 * Program text as a value that is not a string. Each language has one file here, whose template tag
 * makes its code. The tag inserts its fixed parts and code of the same language unchanged, and
 * every other value as a literal. So a string from a document can enter a program as data, never as
 * code. Only files in this folder may import this one.
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

/** The text of the finished program. */
export const textOf = (code: Code<string>): string => code[TEXT];

/** Makes a language's template tag. JSON has no symbols, so its values cannot pass for code. */
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

/** Separators between two pieces of code. */
export type Between = '' | ' ' | ', ' | ',\n' | '\n' | '\n\n';

/** Joins pieces of code of one language. */
export const joined = <Language extends string>(
  language: Language,
  pieces: readonly Code<Language>[],
  between: Between,
): Code<Language> => codeOf(language, pieces.map(textOf).join(between));
