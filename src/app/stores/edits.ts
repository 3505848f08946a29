/** The edits made by hand, and the model's answer with them. */
import { createStore } from 'zustand/vanilla';
import type { Edits, Place } from '../edits';

/** A likely next token. */
export interface SaidToken {
  readonly text: string;
  readonly p: number;
}

/** Next tokens without and with the edits, each most likely first. */
export interface EditedAnswer {
  readonly before: readonly SaidToken[];
  readonly after: readonly SaidToken[];
  /** KL(before || after), nats; null if no edit is on. */
  readonly kl: number | null;
}

export interface EditsState extends Edits {
  /** Model and prompt of the edits, see `readingsKey`; null before the first. */
  readonly about: string | null;
  readonly answer: EditedAnswer | null;
  /** A newer answer is on its way. */
  readonly isAsking: boolean;
  /** Why the last answer failed. */
  readonly error: string | null;
  /** The place whose state can be put into another. */
  readonly copied: Place | null;
  /** Texts of tokens that edits name, by id. */
  readonly names: Readonly<Record<number, string>>;
  /** What became of edits of another prompt or model. */
  readonly note: string | null;
}

export const NO_EDITS: Edits = { changes: [], twin: null };

export const createEditsStore = () =>
  createStore<EditsState>(() => ({
    ...NO_EDITS,
    about: null,
    answer: null,
    isAsking: false,
    error: null,
    copied: null,
    names: {},
    note: null,
  }));
