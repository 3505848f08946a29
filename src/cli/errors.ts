import { NotFiniteError } from '../engine/finite';

/** Somebody asked for something that cannot be done: one sentence on stderr, exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Failures with these beginnings are the machine's or ours, whoever asked for what. */
const OWN = /^(gpu|internal|engine): /;

/** Awaits work that can only fail through what was asked for. */
export async function fromInput<T>(work: Promise<T> | (() => T | Promise<T>)): Promise<T> {
  try {
    return await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error;
    const isOwn =
      OWN.test(error.message) ||
      error instanceof NotFiniteError ||
      error instanceof TypeError ||
      error instanceof RangeError;
    throw isOwn ? error : new InputError(error.message, { cause: error });
  }
}
