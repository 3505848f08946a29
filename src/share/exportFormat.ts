/** A file that a result can be written as. */
export interface ExportFormat {
  /** e.g. 'transformer-lens'. */
  readonly id: string;
  readonly label: string;
  readonly fileName: string;
  /** Text or bytes of the file. Throws one sentence if this result cannot be said in this format. */
  content(): string | Uint8Array;
}
