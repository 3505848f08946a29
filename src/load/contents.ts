/** The contents of a model, whether a Hugging Face folder or a GGUF file. */
import type { TensorFile } from './stored';
import type { TokenizerSource } from './tokenizer/files';

/** All but the weights. */
export interface SmallContents {
  readonly config: unknown;
  readonly tokenizer: TokenizerSource;
  readonly card: unknown;
}

export interface Contents extends SmallContents {
  readonly files: readonly TensorFile[];
  /** Prefix of messages about tensors. */
  readonly where: string;
  readonly notes: readonly string[];
}
