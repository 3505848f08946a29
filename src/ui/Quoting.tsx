/** A sentence with its quotations, which stand in asterisks. */
export function Quoting({ text }: { readonly text: string }) {
  return text.split('*').map((part, at) => (at % 2 === 1 ? <em key={at}>{part}</em> : part));
}
