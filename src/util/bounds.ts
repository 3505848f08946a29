/**
 * How large a thing from outside may be. Each bound is checked before that thing is expanded, and leaves room above the
 * largest one that Loci itself makes: a trace of GPT-2 XL (48 layers) on 300 tokens, its graph (48 layers of 25 heads), a
 * grid of all its attention patterns, attention over 1,024 positions.
 */
export const MOST = {
  /** Blocks of a model. The deepest published ones have 126. */
  layers: 1000,
  /** Heads of a block: the largest published models have 128. */
  heads: 256,
  /** Tokens of a prompt. Longer ones than 128 thousand are not traced. */
  tokens: 131_072,
  /** Edges that a shape may have, positions counted: GPT-2 XL has 2.3 million. They are counted, not listed. */
  shapeEdges: 4_000_000,
  /** Nodes that a shape may have, positions counted: each is an object. GPT-2 XL at 80 positions has as many. */
  shapeNodes: 100_000,
  /** Edges that a document lists: GPT-2 small has 32,491, at ten positions 324,910. */
  edges: 400_000,
  /** Figures of a study: there are 22 grids, and no experiment makes more than about 30. */
  figures: 100,
  axes: 4,
  /** Small multiples of all figures: one for every head of GPT-2 XL are 1,200. */
  facets: 2000,
  /** Cells of all figures or maps: attention over 1,024 positions is 1.05 million. */
  cells: 2_000_000,
  /** Runs that are planned at once. A trace of GPT-2 XL on 300 tokens, three kinds, ten draws, has 432,011. */
  runs: 1_000_000,
  /** Runs that an estimate plans, which takes a few seconds at most; for more it gives the most that they can cost. */
  estimatedRuns: 100_000,
  /** Cases of one study, and reference prompts beside them. */
  cases: 10_000,
  /** Tokens of all cases of a study: a hundred for each of them. */
  caseTokens: 1_000_000,
  /** Positions that a study's tables name in all its cases. */
  namedPositions: 4_000_000,
  /** Entries of any other list in a spec: edits, groups, layers, doses. */
  entries: 10_000,
  /** Snippets of WGSL in a spec: each is compiled. */
  snippets: 32,
  /** Draws, controls, shuffles: whatever is repeated. */
  samples: 1000,
  /** Bytes of a model's file that is read whole, as text; the largest tokenizer.json that is published has 34 MB. */
  smallFile: 2 ** 27,
  /** Rows of a task set's file. Ten times as many as a study can ask. */
  setRows: 100_000,
  /** Characters of a task set's file. */
  setCharacters: 32 << 20,
  /** Characters of a prompt, a label, a title or any other text of a document. */
  text: 100_000,
} as const;

/** Of one JSON text. */
export interface JsonBounds {
  readonly characters: number;
  /** Numbers, texts, lists and objects in it. */
  readonly values: number;
  /** Lists and objects within one another. */
  readonly depth: number;
  /** Characters of one text in it. */
  readonly text: number;
}

/** Whatever comes as JSON: a tokenizer of 260,000 tokens has 2.6 million values. */
export const ANY_JSON: JsonBounds = {
  characters: 256 << 20,
  values: 16_000_000,
  depth: 64,
  text: 256 << 20,
};

/** A document's file: 48 layers, 300 tokens, three kinds, each of 100 draws apart, are 5 million values. */
export const DOCUMENT_JSON: JsonBounds = { ...ANY_JSON, values: 8_000_000, text: MOST.text };

/** The JSON part of a link, whose numbers stand behind it. */
export const LINK_JSON: JsonBounds = { ...DOCUMENT_JSON, characters: 4 << 20, values: 200_000 };

/** A task set's file: seven values a row. */
export const SET_JSON: JsonBounds = {
  ...ANY_JSON,
  characters: MOST.setCharacters,
  values: 8 * MOST.setRows,
  text: MOST.text,
};
