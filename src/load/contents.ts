/** What both layouts of a model, a folder in Hugging Face's and a GGUF file, hold. */
import type { TensorFile } from './stored';

/** Beside the weights. */
export interface SmallContents {
  readonly config: unknown;
  readonly tokenizer: unknown;
  /** undefined where there is none. */
  readonly tokenizerConfig: unknown;
  readonly template: string | undefined;
  readonly card: unknown;
}

export interface Contents extends SmallContents {
  readonly files: readonly TensorFile[];
  /** What messages about tensors begin with. */
  readonly where: string;
  readonly notes: readonly string[];
}
