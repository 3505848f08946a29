import { NotFiniteError } from '../engine/finite';

/** A request that cannot be fulfilled: one sentence on stderr, exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Messages with these prefixes are failures of the machine or our code, not of the request. */
const OWN = /^(gpu|internal|engine): /;

/** Awaits work that can fail only because of the request. */
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
