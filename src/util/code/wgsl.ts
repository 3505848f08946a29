/**
 * WGSL has no strings, so text of a document enters it only as a program: a user's snippet, checked
 * first.
 */

declare const checked: unique symbol;

/**
 * A snippet checked by `src/forward/request/snippet.ts`. No other text of a document reaches a
 * compiler.
 */
export type Wgsl = string & { readonly [checked]: true };
