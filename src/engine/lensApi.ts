/** The engine's contract for Jacobian lenses: plain data, like the rest of it (`api.ts`). */
import type { LensDtype, LensFormat } from '../load/lens/write';
import type { LensInfo } from '../model/lens';

export type { LensDtype, LensFormat, LensInfo };

/** A .pt or .safetensors file. */
export interface LensFile {
  readonly name: string;
  readonly file: Blob;
  /** Whether a copy is kept, as a fitted lens is; default false. None is kept of 256 MiB or more. */
  readonly keep?: boolean;
}

export interface FitRequest {
  /** Names the texts, and so the lens. */
  readonly title: string;
  /** Texts, or the token ids of texts, which are taken as they are. */
  readonly texts: readonly (string | readonly number[])[];
  /** Whether BOS is added to texts; default: the model's own. */
  readonly bos?: boolean;
  /** Longer texts are cut here; default 128, at most the model's own length. */
  readonly maxTokens?: number;
  /** First positions that are left out; default 16. */
  readonly skipFirst?: number;
  /** Default: all but the last. */
  readonly layers?: readonly number[];
}

export interface FittedLens {
  readonly lens: LensInfo;
  /** Texts that are too short to count. */
  readonly skipped: number;
  /** Texts that an interrupted fit had already measured. */
  readonly takenUp: number;
}

export interface FitEvent {
  readonly type: 'progress';
  readonly fraction: number;
  readonly secondsLeft: number;
  /** E.g. 'text 3 of 40'. */
  readonly doing: string;
}

/** All of it is about the open model, which has at most one lens. Opening a model closes it. */
export interface LensEngine {
  /** The open lens; null: none. */
  lensInfo(): Promise<LensInfo | null>;
  /** Rejects with an Error, in one sentence, if the file is damaged or of another model. */
  openLens(file: LensFile): Promise<LensInfo>;
  closeLens(): Promise<void>;
  /** Lenses fitted or kept on this device for a model with these weights. */
  keptLenses(): Promise<readonly LensInfo[]>;
  /** Opens a kept one, by its hash. */
  openKeptLens(sha256: string): Promise<LensInfo>;
  deleteKeptLens(sha256: string): Promise<void>;
  /**
   * Fits a lens, opens it and keeps it. What is measured is kept as well, so that the same request
   * resumes after an interruption. Rejects with CANCELLED when cancelled.
   */
  fitLens(runId: string, request: FitRequest, onEvent?: (event: FitEvent) => void): Promise<FittedLens>;
  /** The open lens as a file. Default: f16 as .pt, as published lenses are. */
  exportLens(
    format: LensFormat,
    dtype?: LensDtype,
  ): Promise<{ readonly name: string; readonly bytes: Uint8Array }>;
}
