/** All of the commands' outside dependencies, so that tests can replace them. */
import type { Engine, ModelSource } from '../engine/api';
import type { ModelFolder } from '../load/folder';
import type { Terminal } from './terminal';
import type { StartThread } from '../load/tokenizer/connection';

export interface EngineRequest {
  /** 'gpu' finds an adapter by itself; 'reference' is the float64 reference and needs none. */
  readonly engine: 'gpu' | 'reference';
  /** Whether to compute every run from scratch instead of using the wavefront. */
  readonly naive: boolean;
  /** Whether to store a study's measurements until it is finished, and resume from them. */
  readonly resume: boolean;
  /** Location of the source's files. */
  readonly folder: (source: ModelSource) => ModelFolder | null;
  /** Text of a shipped task set. */
  readonly readSet: (name: string) => Promise<string>;
}

export interface Context extends Terminal {
  /** Base of relative paths. */
  readonly cwd: string;
  /** The project's folder, with public/ and reference/. */
  readonly root: string;
  /** HF_TOKEN: for gated models of one hub. LOCI_CACHE: the folder for copies of hub files. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Starts the tokenizer's thread. */
  readonly startThread: StartThread;
  readonly openEngine: (request: EngineRequest) => Promise<Engine>;
}
