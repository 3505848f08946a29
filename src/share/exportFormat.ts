/** A file format for a result. */
export interface ExportFormat {
  /** e.g. 'transformer-lens'. */
  readonly id: string;
  readonly label: string;
  readonly fileName: string;
  /** Content of the file. Throws one sentence if this format cannot express the result. */
  content(): string | Uint8Array;
}
