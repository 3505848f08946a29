/** What somebody asks for, before anything is resolved. Text as typed; see `experiments/trace/resolve`. */
export interface TraceQuestion {
  readonly prompt: string;
  readonly bos?: boolean;
  /** Subject text; 'X#2' is its second occurrence. Either this or subjectRange. */
  readonly subject?: string;
  /** Token positions [begin, end), BOS counted. */
  readonly subjectRange?: readonly [number, number];
  /** Text of the answer (first token counts); default: what the model says. */
  readonly answer?: string;
  readonly distractor?: string;
  readonly metric?: 'p' | 'logprob' | 'logit-diff' | 'rank';
  /** Corrupt by tokens: the other prompt, same number of tokens. */
  readonly corruptTo?: string;
  /** 's3' (default), 's<k>', or a number: the standard deviation of the noise itself. */
  readonly noise?: string;
  readonly samples?: number;
  readonly seed?: number;
  readonly kinds?: readonly ('hidden' | 'mlp' | 'attn')[];
  /** 'depth' (default, scales with the layers), 'rome' (10, asymmetric), or a size. */
  readonly window?: 'depth' | 'rome' | number;
  /** Groups of tokens restored together; 'subject' is the whole subject. */
  readonly groups?: readonly string[];
}
