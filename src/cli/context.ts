/** Everything that the commands touch outside themselves, so that tests can stand in for it. */
import type { Engine, ModelSource } from '../engine/api';
import type { ModelFolder } from '../load/folder';
import type { StartThread } from '../load/tokenizer/connection';

export interface EngineRequest {
  /** 'gpu' finds an adapter by itself; 'reference' is the float64 reference and needs none. */
  readonly engine: 'gpu' | 'reference';
  /** Every run from scratch instead of the wavefront. */
  readonly naive: boolean;
  /** Keep what is measured of a study until it is finished, and go on from there. */
  readonly resume: boolean;
  /** Where the source's files are. */
  readonly folder: (source: ModelSource) => ModelFolder | null;
  /** Text of a shipped task set. */
  readonly readSet: (name: string) => Promise<string>;
}

export interface Context {
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** The project's folder, with public/ and reference/. */
  readonly root: string;
  /** Writes to stdout; a line break is added. */
  readonly print: (text: string) => void;
  /** Writes to stderr as it is. */
  readonly note: (text: string) => void;
  /** HF_TOKEN: for gated models. LOCI_CACHE: where copies of hub files are kept. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Is stderr a terminal: then progress is shown. */
  readonly isTerminal: boolean;
  /** Starts the thread that a model's tokenizer runs in. */
  readonly startThread: StartThread;
  readonly openEngine: (request: EngineRequest) => Promise<Engine>;
}
