/** What both layouts of a model, a folder in Hugging Face's and a GGUF file, hold. */
import type { TensorFile } from './stored';
import type { TokenizerSource } from './tokenizer/files';

/** Beside the weights. */
export interface SmallContents {
  readonly config: unknown;
  readonly tokenizer: TokenizerSource;
  readonly card: unknown;
}

export interface Contents extends SmallContents {
  readonly files: readonly TensorFile[];
  /** What messages about tensors begin with. */
  readonly where: string;
  readonly notes: readonly string[];
}
