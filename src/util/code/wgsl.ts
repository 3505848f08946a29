/** WGSL has no strings: text of a document enters it only as a checked snippet of a user. */

declare const checked: unique symbol;

/** Checked by `src/forward/request/snippet.ts`. No other text of a document reaches a compiler. */
export type Wgsl = string & { readonly [checked]: true };
