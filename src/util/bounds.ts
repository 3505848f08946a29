/**
 * Upper bounds on outside input, each checked before that input is expanded. Each leaves room above
 * the largest thing that Loci makes itself: a trace of GPT-2 XL (48 layers) on 300 tokens, its
 * graph (48 layers of 25 heads), a grid of all its attention patterns, attention over 1,024
 * positions.
 */
export const MOST = {
  /** Blocks of a model. The deepest published ones have 126. */
  layers: 1000,
  /** Heads of a block: the largest published models have 128. */
  heads: 256,
  /** Tokens of a prompt. Longer prompts are not traced. */
  tokens: 131_072,
  /**
   * Edges of a shape, over all positions. They are counted, not listed; GPT-2 XL has 2.3 million.
   */
  shapeEdges: 4_000_000,
  /**
   * Nodes of a shape, over all positions; each is an object. GPT-2 XL reaches this at 80 positions.
   */
  shapeNodes: 100_000,
  /** Edges that a document lists: GPT-2 small has 32,491, at ten positions 324,910. */
  edges: 400_000,
  /** Figures of a study. There are 22 grids, and no experiment makes more than about 30. */
  figures: 100,
  axes: 4,
  /** Small multiples in all figures; one per head of GPT-2 XL is 1,200. */
  facets: 2000,
  /** Cells in all figures or maps; attention over 1,024 positions has 1.05 million. */
  cells: 2_000_000,
  /**
   * Runs planned at once. A trace of GPT-2 XL on 300 tokens, three kinds, ten draws, has 432,011.
   */
  runs: 1_000_000,
  /** Runs that an estimate plans, in a few seconds at most; beyond, it gives an upper bound. */
  estimatedRuns: 100_000,
  /** Cases of one study, or reference prompts beside them. */
  cases: 10_000,
  /** Tokens in all cases of a study: a hundred per case. */
  caseTokens: 1_000_000,
  /** Positions named by a study's tables, over all its cases. */
  namedPositions: 4_000_000,
  /** Entries of any other list in a spec: edits, groups, layers, doses. */
  entries: 10_000,
  /** WGSL snippets in a spec; each is compiled. */
  snippets: 32,
  /** Numbers of a study's states read through a lens: 12 layers of 768 at 1,024 positions are 9.4 million. */
  lensNumbers: 16_000_000,
  /** States patched by all random subsets; a tenth of GPT-2 small's neurons a hundred times is 368,700. */
  patches: 400_000,
  /** Draws, controls, shuffles and other repetitions. */
  samples: 1000,
  /** Characters of a link that is not one trace. */
  linked: 30_000,
  /** Bytes of a model file read whole, as text; the largest published tokenizer.json has 34 MB. */
  smallFile: 2 ** 27,
  /** Rows of a task set's file: ten times as many as a study can use. */
  setRows: 100_000,
  /** Characters of a task set's file. */
  setCharacters: 32 << 20,
  /**
   * Bytes of a lens's matrices as 32-bit floats: an 8-billion model's (31 of 4,096 x 4,096) have
   * 2.08 billion.
   */
  lensBytes: 2 ** 31,
  /** Characters of a prompt, a label, a title or any other text of a document. */
  text: 100_000,
} as const;

/** Bounds on one JSON text. */
export interface JsonBounds {
  readonly characters: number;
  /** Numbers, texts, lists and objects in it. */
  readonly values: number;
  /** Nesting of lists and objects. */
  readonly depth: number;
  /** Characters of its longest text. */
  readonly text: number;
}

/** Any JSON: a tokenizer of 260,000 tokens has 2.6 million values. */
export const ANY_JSON: JsonBounds = {
  characters: 256 << 20,
  values: 16_000_000,
  depth: 64,
  text: 256 << 20,
};

/** A document: 48 layers, 300 tokens, three kinds and 100 separate draws make 5 million values. */
export const DOCUMENT_JSON: JsonBounds = { ...ANY_JSON, values: 8_000_000, text: MOST.text };

/** The JSON part of a link; its numbers follow in binary. */
export const LINK_JSON: JsonBounds = { ...DOCUMENT_JSON, characters: 4 << 20, values: 200_000 };

/** A task set's file: seven values a row. */
export const SET_JSON: JsonBounds = {
  ...ANY_JSON,
  characters: MOST.setCharacters,
  values: 8 * MOST.setRows,
  text: MOST.text,
};
