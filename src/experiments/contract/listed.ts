/** Choices by value, as a form lists them. */
export const listed = (
  choices: Readonly<Record<string, string>>,
): { readonly value: string; readonly label: string }[] =>
  Object.entries(choices).map(([value, label]) => ({ value, label }));
