/** Everything that the commands touch outside themselves, so that tests can stand in for it. */
import type { Engine, ModelSource } from '../engine/api';
import type { ModelFolder } from '../load/folder';
import type { Terminal } from './terminal';
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

export interface Context extends Terminal {
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** The project's folder, with public/ and reference/. */
  readonly root: string;
  /** HF_TOKEN: for gated models of one hub. LOCI_CACHE: where copies of hub files are kept. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Starts the thread that a model's tokenizer runs in. */
  readonly startThread: StartThread;
  readonly openEngine: (request: EngineRequest) => Promise<Engine>;
}
