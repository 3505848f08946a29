/** WGSL has no strings, so none of a document can enter it but as a program: a user's snippet, checked before. */

declare const checked: unique symbol;

/** A snippet that `src/forward/snippet.ts` has checked. No other text of a document reaches a compiler. */
export type Wgsl = string & { readonly [checked]: true };
